// What most programs do: open, write under the lock, read, wait for a change, list.
//
//   segments: { PascalExample: { size: 64, notify: true, access: { write: [Interactive] } } }
program example;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  SysUtils, shmbapi, shmb;

type
  TQuote = packed record
    Bid, Ask: Double;
  end;
  PQuote = ^TQuote;

procedure Show(const Prices: TShmbSegment);
var
  Quote: TQuote;
begin
  Prices.Snapshot(0, Quote, SizeOf(Quote));
  WriteLn('bid ', Round(Quote.Bid * 100), ', ask ', Round(Quote.Ask * 100));
end;

procedure Run;
var
  Prices: TShmbSegment;
  Quote: PQuote;
  Number: UInt64;
  Infos: TShmbInfos;
  I: Integer;
begin
  Prices := TShmbSegment.Open('PascalExample', srWrite, 5000);
  try
    WriteLn(Prices.Name, ': ', Prices.Size, ' bytes');
    Number := Prices.ChangeNumber;

    Prices.Lock(5000);
    try
      Prices.BeginWrite; // for writes through the pointer
      Quote := Prices.Data;
      Quote.Bid := 1.25;
      Quote.Ask := 1.26;
      Prices.EndWrite;
    finally
      Prices.Unlock;
    end;

    if Prices.WaitChanged(Number, 1000) then
      Show(Prices);
  finally
    Prices.Free;
  end;

  Infos := ShmbList;
  for I := 0 to High(Infos) do
    if Infos[I].flags and SHMB_FLAG_COMPANION = 0 then
      WriteLn('the broker holds ', ShmbText(Infos[I].name));
end;

begin
  try
    Run;
  except
    on E: EShmb do
    begin
      WriteLn(E.Code, ': ', E.Message);
      ExitCode := 1;
    end;
  end;
end.
