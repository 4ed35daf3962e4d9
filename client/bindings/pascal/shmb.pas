// shmb.pas - shared memory, locks and queues of ShmBroker, for Delphi and Free Pascal.
//
//   Prices := TShmbSegment.Open('Prices', srWrite, 5000);
//   try
//     Prices.Update(0, Bid, SizeOf(Bid), 5000);           // lock, write, unlock
//     Prices.Snapshot(0, Bid, SizeOf(Bid));               // never half of a write
//   finally
//     Prices.Free;
//   end;
//
// A call that fails raises EShmb. Times are in milliseconds; SHMB_INFINITE has no limit.
// client/include/shmb.h is the reference of all calls, README.md says which method makes which.
unit shmb;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}

interface

uses
  SysUtils, shmbapi;

type
  // A call that failed.
  EShmb = class(Exception)
  private
    FCode: Integer;
    FSystemCode: Cardinal;
    FSystemCall: string;
  public
    // For the result of a call that this thread has just made.
    constructor CreateResult(Code: Integer);
    property Code: Integer read FCode;             // one of SHMB_... below 0
    property SystemCode: Cardinal read FSystemCode; // of Windows; 0: no system call failed
    property SystemCall: string read FSystemCall;
  end;

  // A request that the broker has refused: Answer says why.
  EShmbRefused = class(EShmb)
  private
    FAnswer: shmb_request_info;
  public
    constructor CreateAnswer(Code: Integer; const Answer: shmb_request_info);
    property Answer: shmb_request_info read FAnswer; // its reason is one of SHMB_REASON_...
  end;

  TShmbRights = (srRead, srWrite);

  TShmbInfos = array of shmb_info;

  // An open segment. Free closes it; it must be the last call, and if another thread of this
  // program has the lock, the segment stays open. Close does the same, and raises EShmb then.
  TShmbSegment = class
  private
    FHandle: Pshmb_segment;
    FFirst: Boolean;
    FAbandoned: Boolean;
  public
    constructor Open(const Name: UnicodeString; Rights: TShmbRights = srRead; WaitMs: Cardinal = 0);
    // Maps Length bytes from Offset on; 0: to the end. Owner: SID of one more owner to trust.
    constructor OpenPart(const Name: UnicodeString; Rights: TShmbRights; WaitMs: Cardinal;
      Offset, Length: UInt64; const Owner: AnsiString = '');
    // Memory of this user in this session, without the broker. '': a name that no object has.
    constructor CreatePrivate(const Name: UnicodeString; Size: UInt64);
    destructor Destroy; override;
    procedure Close;

    function Name: UnicodeString;
    function Size: UInt64;
    // The memory, valid until the segment is closed. Write between BeginWrite and EndWrite.
    function Data: Pointer;

    // These copy Count bytes, less at the end of the segment, and return how many.
    // Read takes no lock; Write needs it; Update takes it. Snapshot takes none, has never half of
    // a write, and waits for writers.
    function Read(Offset: UInt64; var Buffer; Count: UInt64): UInt64;
    function Write(Offset: UInt64; const Buffer; Count: UInt64): UInt64;
    function Update(Offset: UInt64; const Buffer; Count: UInt64; TimeoutMs: Cardinal): UInt64;
    function Snapshot(Offset: UInt64; var Buffer; Count: UInt64; TimeoutMs: Cardinal = 1000): UInt64;
    function UpdateBytes(Offset: UInt64; const Bytes: TBytes; TimeoutMs: Cardinal): UInt64;
    function SnapshotBytes(Offset, Count: UInt64; TimeoutMs: Cardinal = 1000): TBytes;

    // The lock belongs to the thread, which must release it as often as it took it.
    procedure Lock(TimeoutMs: Cardinal);
    function TryLock(TimeoutMs: Cardinal): Boolean; // False: timed out
    procedure Unlock;
    // With the lock: an owner died before, and nobody has called MarkConsistent or Restore since.
    property Abandoned: Boolean read FAbandoned;
    procedure MarkConsistent;
    procedure Restore; // needs `snapshots: double`
    function LockState: shmb_lock_info;

    // Several writes that belong together, or writes through Data; within the lock.
    procedure BeginWrite;
    procedure EndWrite;

    // Reads in place, through Data. ReadValid is False if a write has begun since: read again.
    function BeginRead(TimeoutMs: Cardinal): UInt64;
    function ReadPublished(TimeoutMs: Cardinal; out Ticket: UInt64): Pointer;
    function ReadValid(Ticket: UInt64): Boolean;

    // Changes; the configuration needs `notify: true`. False: timed out, no change since Number.
    function WaitChanged(var Number: UInt64; TimeoutMs: Cardinal): Boolean;
    function ChangeNumber: UInt64;

    // True: this program must fill the segment now, and then call InitDone; it has the lock.
    function First(TimeoutMs: Cardinal): Boolean;
    procedure InitDone;
    // Of CreatePrivate: this call created the memory.
    property CreatedHere: Boolean read FFirst;

    // SHMB_OK, or why the segment is not current any more; raises nothing.
    function State: Integer;
    function Info: shmb_info;

    property Handle: Pshmb_segment read FHandle; // for the calls of shmbapi
  end;

  // An event that is set after each change of a segment, for programs that wait for many things.
  TShmbSubscription = class
  private
    FHandle: Pshmb_subscription;
    FEvent: THandle;
  public
    // Number: what the program has seen, see TShmbSegment.ChangeNumber.
    constructor Create(Segment: TShmbSegment; Number: UInt64);
    destructor Destroy; override;
    function WaitFor(TimeoutMs: Cardinal): Boolean; // False: timed out
    property Event: THandle read FEvent;            // ends with the subscription: do not close it
  end;

  // An open queue. Free closes it.
  TShmbQueue = class
  private
    FHandle: Pshmb_queue;
    function Take(out Bytes: TBytes; Peeking: Boolean; TimeoutMs: Cardinal): Integer;
  public
    // Owner: SID of one more owner to trust.
    constructor Open(const Name: UnicodeString; Rights: TShmbRights = srWrite; WaitMs: Cardinal = 0;
      const Owner: AnsiString = '');
    destructor Destroy; override;

    procedure Put(const Buffer; Count, TimeoutMs: Cardinal);
    procedure PutBytes(const Bytes: TBytes; TimeoutMs: Cardinal);
    function TryPut(const Buffer; Count, TimeoutMs: Cardinal): Boolean; // False: the queue is full
    // The oldest message. False: there is none.
    function Get(TimeoutMs: Cardinal): TBytes;
    function TryGet(out Bytes: TBytes; TimeoutMs: Cardinal): Boolean;
    function TryPeek(out Bytes: TBytes): Boolean; // and leaves it there
    // Without an allocation, into a buffer of Size bytes; returns the length.
    function GetInto(var Buffer; Size, TimeoutMs: Cardinal): Cardinal;
    function Level: shmb_queue_info;
    function Clear: UInt64; // how many messages
    // For loops that also wait for other things, see shmb_queue_event.
    function Event: THandle;

    property Handle: Pshmb_queue read FHandle;
  end;

// What the broker holds.
function ShmbList: TShmbInfos;
function ShmbDescribe(const Name: UnicodeString): shmb_info;
function ShmbDescribeBroker: shmb_broker_info;

// A handle for WaitForSingleObject, SetEvent and so on: close it with CloseHandle.
function ShmbOpenObject(const Name: UnicodeString; Kind: Cardinal; Rights: TShmbRights;
  WaitMs: Cardinal = 0): THandle;

// Asks the broker to hold an object that the configuration does not name: open it afterwards. A rule
// of the configuration (`requests:`) decides. An object that exists already is as good, if it is of this
// kind and has these bytes or more. Bytes is for a segment. Raises EShmbRefused for a refusal.
function ShmbRequest(const Name: UnicodeString; Bytes: UInt64): shmb_request_info; overload;
function ShmbRequest(const Name: UnicodeString; Bytes: UInt64;
  const Options: shmb_request_options): shmb_request_info; overload;
// What ShmbRequest would be answered; nothing else happens. Returns the result, that of a refusal as
// well; raises EShmb where nothing was answered.
function ShmbRequestAsk(const Name: UnicodeString; Bytes: UInt64; const Options: shmb_request_options;
  out Answer: shmb_request_info): Integer;
// The options for this kind; what shmb.h says of flags, counts, time and owner can be set in them.
function ShmbRequestOptions(Kind: Cardinal = SHMB_KIND_SEGMENT): shmb_request_options;
// Gives back an object that this account has requested. Who has it open keeps it, and its State is not
// SHMB_OK any more.
procedure ShmbRelease(const Name: UnicodeString; TimeoutMs: Cardinal = 5000);

// The text in a member such as shmb_info.name, which is UTF-8 with a zero at its end.
function ShmbText(const Text: array of AnsiChar): UnicodeString;

function ShmbResultText(Code: Integer): UnicodeString;
// Why a request was refused, with the rule and the numbers.
function ShmbRequestText(Code: Integer; const Answer: shmb_request_info): UnicodeString;
function ShmbVersion: string;

// Raises EShmb for a failure; returns what is none. For the calls of shmbapi.
function ShmbCheck(Code: Integer): Integer;

implementation

uses
  Windows;

const
  RightsOf: array[TShmbRights] of Cardinal = (SHMB_READ_, SHMB_WRITE_);

function Options(Rights: TShmbRights; WaitMs: Cardinal; Offset, Length: UInt64;
  const Owner: AnsiString): shmb_options;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
  Result.rights := RightsOf[Rights];
  Result.wait_ms := WaitMs;
  Result.offset := Offset;
  Result.length := Length;
  if Owner <> '' then
    Result.owner := PAnsiChar(Owner);
end;

// Sets its size, and the rest to zero.
procedure Prepare(var Info: shmb_info);
begin
  FillChar(Info, SizeOf(Info), 0);
  Info.size := SizeOf(Info);
end;

function ShmbResultText(Code: Integer): UnicodeString;
var
  Text: array[0..1023] of WideChar;
begin
  Text[0] := #0;
  shmb_result_textW(Code, Text, Length(Text));
  Result := PWideChar(@Text);
end;

function ShmbRequestText(Code: Integer; const Answer: shmb_request_info): UnicodeString;
var
  Text: array[0..1023] of WideChar;
begin
  Text[0] := #0;
  shmb_request_textW(Code, @Answer, Text, Length(Text));
  Result := PWideChar(@Text);
end;

function ShmbVersion: string;
begin
  Result := string(AnsiString(shmb_version));
end;

function ShmbText(const Text: array of AnsiChar): UnicodeString;
var
  Utf8: UTF8String;
  Count: Integer;
begin
  Count := 0;
  while (Count <= High(Text)) and (Text[Count] <> #0) do
    Inc(Count);
  SetString(Utf8, PAnsiChar(@Text), Count);
  Result := UTF8ToString(Utf8);
end;

function ShmbCheck(Code: Integer): Integer;
begin
  if Code < 0 then
    raise EShmb.CreateResult(Code);
  Result := Code;
end;

constructor EShmb.CreateResult(Code: Integer);
var
  Call: PAnsiChar;
begin
  inherited Create(string(ShmbResultText(Code)));
  FCode := Code;
  Call := nil;
  if shmb_last_failure(@FSystemCode, @Call) <> Code then
    FSystemCode := 0
  else if FSystemCode <> 0 then
    FSystemCall := string(AnsiString(Call));
end;

function ShmbList: TShmbInfos;
var
  List: Pshmb_list;
  Count: Cardinal;
  Found: Integer;
begin
  Result := nil;
  ShmbCheck(shmb_list_open(List, @Count));
  try
    SetLength(Result, Count);
    for Found := 0 to Integer(Count) - 1 do
    begin
      Prepare(Result[Found]);
      ShmbCheck(shmb_list_next(List, Result[Found]));
    end;
  finally
    shmb_list_close(List);
  end;
end;

function ShmbDescribe(const Name: UnicodeString): shmb_info;
begin
  Prepare(Result);
  ShmbCheck(shmb_describeW(PWideChar(Name), Result));
end;

function ShmbDescribeBroker: shmb_broker_info;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
  ShmbCheck(shmb_describe_broker(Result));
end;

function ShmbOpenObject(const Name: UnicodeString; Kind: Cardinal; Rights: TShmbRights;
  WaitMs: Cardinal): THandle;
begin
  ShmbCheck(shmb_open_objectW(PWideChar(Name), Kind, RightsOf[Rights], WaitMs, Result));
end;

constructor EShmbRefused.CreateAnswer(Code: Integer; const Answer: shmb_request_info);
begin
  inherited CreateResult(Code);
  FAnswer := Answer;
end;

function ShmbRequestOptions(Kind: Cardinal): shmb_request_options;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
  Result.kind := Kind;
end;

function EmptyAnswer: shmb_request_info;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
end;

function ShmbRequest(const Name: UnicodeString; Bytes: UInt64): shmb_request_info;
begin
  Result := ShmbRequest(Name, Bytes, ShmbRequestOptions);
end;

function ShmbRequest(const Name: UnicodeString; Bytes: UInt64;
  const Options: shmb_request_options): shmb_request_info;
var
  Code: Integer;
begin
  Result := EmptyAnswer;
  Code := shmb_requestW(PWideChar(Name), Bytes, @Options, @Result);
  if (Code < 0) and (Result.reason <> SHMB_REASON_NONE) then
    raise EShmbRefused.CreateAnswer(Code, Result);
  ShmbCheck(Code);
end;

function ShmbRequestAsk(const Name: UnicodeString; Bytes: UInt64; const Options: shmb_request_options;
  out Answer: shmb_request_info): Integer;
begin
  Answer := EmptyAnswer;
  Result := shmb_request_askW(PWideChar(Name), Bytes, @Options, @Answer);
  if Answer.reason = SHMB_REASON_NONE then
    ShmbCheck(Result);
end;

procedure ShmbRelease(const Name: UnicodeString; TimeoutMs: Cardinal);
begin
  if TimeoutMs = 0 then
    TimeoutMs := 1; // for the library, 0 is five seconds
  ShmbCheck(shmb_releaseW(PWideChar(Name), TimeoutMs));
end;

{ TShmbSegment }

constructor TShmbSegment.Open(const Name: UnicodeString; Rights: TShmbRights; WaitMs: Cardinal);
begin
  inherited Create;
  ShmbCheck(shmb_openW(PWideChar(Name), RightsOf[Rights], WaitMs, FHandle));
end;

constructor TShmbSegment.OpenPart(const Name: UnicodeString; Rights: TShmbRights; WaitMs: Cardinal;
  Offset, Length: UInt64; const Owner: AnsiString);
var
  Wanted: shmb_options;
begin
  inherited Create;
  Wanted := Options(Rights, WaitMs, Offset, Length, Owner);
  ShmbCheck(shmb_open_withW(PWideChar(Name), @Wanted, FHandle));
end;

constructor TShmbSegment.CreatePrivate(const Name: UnicodeString; Size: UInt64);
var
  Chosen: PWideChar;
  Made: Integer;
begin
  inherited Create;
  Chosen := nil;
  if Name <> '' then
    Chosen := PWideChar(Name);
  ShmbCheck(shmb_private_createW(Chosen, Size, FHandle, @Made));
  FFirst := Made <> 0;
end;

destructor TShmbSegment.Destroy;
begin
  shmb_close(FHandle);
  inherited;
end;

procedure TShmbSegment.Close;
begin
  ShmbCheck(shmb_close(FHandle));
  FHandle := nil;
end;

function TShmbSegment.Name: UnicodeString;
var
  Text: array[0..SHMB_NAME_SIZE - 1] of WideChar;
begin
  ShmbCheck(shmb_nameW(FHandle, Text, Length(Text)));
  Result := PWideChar(@Text);
end;

function TShmbSegment.Size: UInt64;
begin
  ShmbCheck(shmb_size(FHandle, Result));
end;

function TShmbSegment.Data: Pointer;
begin
  ShmbCheck(shmb_data(FHandle, Result));
end;

function TShmbSegment.Read(Offset: UInt64; var Buffer; Count: UInt64): UInt64;
begin
  ShmbCheck(shmb_read(FHandle, Offset, @Buffer, Count, @Result));
end;

function TShmbSegment.Write(Offset: UInt64; const Buffer; Count: UInt64): UInt64;
begin
  ShmbCheck(shmb_write(FHandle, Offset, @Buffer, Count, @Result));
end;

function TShmbSegment.Update(Offset: UInt64; const Buffer; Count: UInt64;
  TimeoutMs: Cardinal): UInt64;
begin
  ShmbCheck(shmb_update(FHandle, Offset, @Buffer, Count, TimeoutMs, @Result));
end;

function TShmbSegment.Snapshot(Offset: UInt64; var Buffer; Count: UInt64;
  TimeoutMs: Cardinal): UInt64;
begin
  ShmbCheck(shmb_snapshot_wait(FHandle, Offset, @Buffer, Count, TimeoutMs, @Result));
end;

function TShmbSegment.UpdateBytes(Offset: UInt64; const Bytes: TBytes; TimeoutMs: Cardinal): UInt64;
begin
  ShmbCheck(shmb_update(FHandle, Offset, Pointer(Bytes), Length(Bytes), TimeoutMs, @Result));
end;

function TShmbSegment.SnapshotBytes(Offset, Count: UInt64; TimeoutMs: Cardinal): TBytes;
var
  Most, Done: UInt64;
begin
  Result := nil;
  Most := Size;
  if Offset > Most then
    Most := Offset; // the call fails, and says why
  if Count > Most - Offset then
    Count := Most - Offset;
  SetLength(Result, Count);
  ShmbCheck(shmb_snapshot_wait(FHandle, Offset, Pointer(Result), Count, TimeoutMs, @Done));
  SetLength(Result, Done);
end;

procedure TShmbSegment.Lock(TimeoutMs: Cardinal);
begin
  FAbandoned := ShmbCheck(shmb_lock(FHandle, TimeoutMs)) = SHMB_ABANDONED;
end;

function TShmbSegment.TryLock(TimeoutMs: Cardinal): Boolean;
var
  Code: Integer;
begin
  Code := shmb_lock(FHandle, TimeoutMs);
  Result := Code <> SHMB_TIMEOUT;
  if Result then
    FAbandoned := ShmbCheck(Code) = SHMB_ABANDONED;
end;

procedure TShmbSegment.Unlock;
begin
  ShmbCheck(shmb_unlock(FHandle));
end;

procedure TShmbSegment.MarkConsistent;
begin
  ShmbCheck(shmb_mark_consistent(FHandle));
  FAbandoned := False;
end;

procedure TShmbSegment.Restore;
begin
  ShmbCheck(shmb_restore(FHandle));
  FAbandoned := False;
end;

function TShmbSegment.LockState: shmb_lock_info;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
  ShmbCheck(shmb_lock_state(FHandle, Result));
end;

procedure TShmbSegment.BeginWrite;
begin
  ShmbCheck(shmb_write_begin(FHandle));
end;

procedure TShmbSegment.EndWrite;
begin
  ShmbCheck(shmb_write_end(FHandle));
end;

function TShmbSegment.BeginRead(TimeoutMs: Cardinal): UInt64;
begin
  ShmbCheck(shmb_read_begin(FHandle, TimeoutMs, Result));
end;

function TShmbSegment.ReadPublished(TimeoutMs: Cardinal; out Ticket: UInt64): Pointer;
begin
  ShmbCheck(shmb_read_published(FHandle, TimeoutMs, Result, Ticket));
end;

function TShmbSegment.ReadValid(Ticket: UInt64): Boolean;
var
  Code: Integer;
begin
  Code := shmb_read_valid(FHandle, Ticket);
  Result := (Code <> SHMB_BUSY) and (ShmbCheck(Code) >= 0);
end;

function TShmbSegment.WaitChanged(var Number: UInt64; TimeoutMs: Cardinal): Boolean;
var
  Code: Integer;
begin
  Code := shmb_wait_changed(FHandle, Number, TimeoutMs);
  Result := (Code <> SHMB_TIMEOUT) and (ShmbCheck(Code) >= 0);
end;

function TShmbSegment.ChangeNumber: UInt64;
begin
  ShmbCheck(shmb_change_number(FHandle, Result));
end;

function TShmbSegment.First(TimeoutMs: Cardinal): Boolean;
var
  IsFirst: Integer;
begin
  ShmbCheck(shmb_first(FHandle, TimeoutMs, IsFirst));
  Result := IsFirst <> 0;
end;

procedure TShmbSegment.InitDone;
begin
  ShmbCheck(shmb_init_done(FHandle));
end;

function TShmbSegment.State: Integer;
begin
  Result := shmb_state(FHandle, nil);
end;

function TShmbSegment.Info: shmb_info;
begin
  Prepare(Result);
  // Known also of a segment that is not current any more.
  if shmb_state(FHandle, @Result) = SHMB_BAD_ARGUMENT then
    ShmbCheck(SHMB_BAD_ARGUMENT);
end;

{ TShmbSubscription }

constructor TShmbSubscription.Create(Segment: TShmbSegment; Number: UInt64);
begin
  inherited Create;
  ShmbCheck(shmb_subscribe(Segment.Handle, Number, FHandle, FEvent));
end;

destructor TShmbSubscription.Destroy;
begin
  shmb_unsubscribe(FHandle);
  inherited;
end;

function TShmbSubscription.WaitFor(TimeoutMs: Cardinal): Boolean;
begin
  case WaitForSingleObject(FEvent, TimeoutMs) of
    WAIT_OBJECT_0: Result := True;
    WAIT_TIMEOUT: Result := False;
  else
    RaiseLastOSError;
    Result := False;
  end;
end;

{ TShmbQueue }

constructor TShmbQueue.Open(const Name: UnicodeString; Rights: TShmbRights; WaitMs: Cardinal;
  const Owner: AnsiString);
var
  Wanted: shmb_options;
begin
  inherited Create;
  Wanted := Options(Rights, WaitMs, 0, 0, Owner);
  ShmbCheck(shmb_queue_open_withW(PWideChar(Name), @Wanted, FHandle));
end;

destructor TShmbQueue.Destroy;
begin
  shmb_queue_close(FHandle);
  inherited;
end;

procedure TShmbQueue.Put(const Buffer; Count, TimeoutMs: Cardinal);
begin
  ShmbCheck(shmb_queue_put(FHandle, @Buffer, Count, TimeoutMs));
end;

procedure TShmbQueue.PutBytes(const Bytes: TBytes; TimeoutMs: Cardinal);
begin
  ShmbCheck(shmb_queue_put(FHandle, Pointer(Bytes), Length(Bytes), TimeoutMs));
end;

function TShmbQueue.TryPut(const Buffer; Count, TimeoutMs: Cardinal): Boolean;
var
  Code: Integer;
begin
  Code := shmb_queue_put(FHandle, @Buffer, Count, TimeoutMs);
  Result := (Code <> SHMB_TIMEOUT) and (ShmbCheck(Code) >= 0);
end;

// The buffer grows to what the message needs. Returns the result.
function TShmbQueue.Take(out Bytes: TBytes; Peeking: Boolean; TimeoutMs: Cardinal): Integer;
var
  Needed: Cardinal;
begin
  Needed := 256;
  repeat
    SetLength(Bytes, Needed);
    if Peeking then
      Result := shmb_queue_peek(FHandle, Pointer(Bytes), Length(Bytes), @Needed)
    else
      Result := shmb_queue_get(FHandle, Pointer(Bytes), Length(Bytes), @Needed, TimeoutMs);
  until Result <> SHMB_RANGE;
  if Result < 0 then
    Needed := 0;
  SetLength(Bytes, Needed);
end;

function TShmbQueue.Get(TimeoutMs: Cardinal): TBytes;
begin
  ShmbCheck(Take(Result, False, TimeoutMs));
end;

function TShmbQueue.TryGet(out Bytes: TBytes; TimeoutMs: Cardinal): Boolean;
var
  Code: Integer;
begin
  Code := Take(Bytes, False, TimeoutMs);
  Result := (Code <> SHMB_TIMEOUT) and (ShmbCheck(Code) >= 0);
end;

function TShmbQueue.TryPeek(out Bytes: TBytes): Boolean;
var
  Code: Integer;
begin
  Code := Take(Bytes, True, 0);
  Result := (Code <> SHMB_TIMEOUT) and (ShmbCheck(Code) >= 0);
end;

function TShmbQueue.GetInto(var Buffer; Size, TimeoutMs: Cardinal): Cardinal;
begin
  ShmbCheck(shmb_queue_get(FHandle, @Buffer, Size, @Result, TimeoutMs));
end;

function TShmbQueue.Level: shmb_queue_info;
begin
  FillChar(Result, SizeOf(Result), 0);
  Result.size := SizeOf(Result);
  ShmbCheck(shmb_queue_level(FHandle, Result));
end;

function TShmbQueue.Clear: UInt64;
begin
  ShmbCheck(shmb_queue_clear(FHandle, @Result));
end;

function TShmbQueue.Event: THandle;
begin
  ShmbCheck(shmb_queue_event(FHandle, Result));
end;

end.
