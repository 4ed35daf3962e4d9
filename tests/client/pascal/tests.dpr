// Makes each call of shmb.pas, against a broker with objects.yaml: tests/checks/pascal.sh.
program tests;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$APPTYPE CONSOLE}

uses
  SysUtils, Classes, Windows, shmbapi, shmb;

const
  WAIT = 5000;
  PREFIX = {$IFDEF CPU64}'64'{$ELSE}{$IFDEF WIN64}'64'{$ELSE}'32'{$ENDIF}{$ENDIF};

var
  Passed, Failed: Integer;

procedure Check(Holds: Boolean; const What: string);
begin
  if Holds then
    Inc(Passed)
  else
  begin
    Inc(Failed);
    WriteLn('FAILED: ', What);
  end;
end;

type
  // Does one thing with a segment in a thread of its own.
  TWork = (woLock, woLockUntilTold, woUnlock, woUpdate);

  TWorker = class(TThread)
  private
    FWork: TWork;
    FSegment: TShmbSegment;
    FLocked, FGo: THandle;
  protected
    procedure Execute; override;
  public
    Code: Integer;
    constructor Create(Work: TWork; Segment: TShmbSegment);
    destructor Destroy; override;
    procedure AwaitLock;
    procedure Go;
  end;

constructor TWorker.Create(Work: TWork; Segment: TShmbSegment);
begin
  FWork := Work;
  FSegment := Segment;
  FLocked := CreateEvent(nil, True, False, nil);
  FGo := CreateEvent(nil, True, False, nil);
  inherited Create(False);
end;

destructor TWorker.Destroy;
begin
  inherited;
  CloseHandle(FLocked);
  CloseHandle(FGo);
end;

procedure TWorker.AwaitLock;
begin
  WaitForSingleObject(FLocked, INFINITE);
end;

procedure TWorker.Go;
begin
  SetEvent(FGo);
  WaitFor;
end;

procedure TWorker.Execute;
var
  Value: Integer;
begin
  Value := 77;
  try
    case FWork of
      woLock: FSegment.Lock(WAIT);
      woLockUntilTold:
        begin
          FSegment.Lock(WAIT);
          SetEvent(FLocked);
          WaitForSingleObject(FGo, INFINITE);
          FSegment.Unlock;
        end;
      woUnlock: FSegment.Unlock;
      woUpdate: FSegment.Update(0, Value, SizeOf(Value), WAIT);
    end;
  except
    on E: EShmb do
      Code := E.Code;
  end;
  SetEvent(FLocked);
end;

// The result of what a thread of its own does.
function InThread(Work: TWork; Segment: TShmbSegment): Integer;
var
  Worker: TWorker;
begin
  Worker := TWorker.Create(Work, Segment);
  try
    Worker.WaitFor;
    Result := Worker.Code;
  finally
    Worker.Free;
  end;
end;

procedure Failures;
var
  Code: Integer;
begin
  Code := 0;
  try
    TShmbSegment.Open('Pas.Missing').Free;
  except
    on E: EShmb do
    begin
      Code := E.Code;
      Check(Pos('no object', E.Message) > 0, 'a failure is a sentence: ' + E.Message);
      Check(E.SystemCode = 0, 'no system call failed');
    end;
  end;
  Check(Code = SHMB_NOT_FOUND, 'an object that is not there');
  Code := 0;
  try
    TShmbSegment.Open('a\b').Free;
  except
    on E: EShmb do
      Code := E.Code;
  end;
  Check(Code = SHMB_BAD_NAME, 'a name that is none');
  Check(ShmbResultText(SHMB_TIMEOUT) <> '', 'a sentence for a result');
  Check(ShmbVersion = SHMB_VERSION_, 'the version of the library is that of the header');
end;

procedure Bytes;
var
  Memory, Part, Reader: TShmbSegment;
  Value, Other: Integer;
  Code: Integer;
  Some: TBytes;
begin
  Memory := TShmbSegment.Open('Global\Pas.Mutex', srWrite, WAIT);
  Part := TShmbSegment.OpenPart('Pas.Mutex', srRead, 0, 8, 100);
  Reader := TShmbSegment.Open('Pas.Mutex');
  try
    Check(Memory.Name = 'Pas.Mutex', 'name');
    Check(Memory.Size = 4096, 'size');
    Check(Part.Size = 100, 'size of a part');
    Value := 1234567;
    Check(Memory.Update(8, Value, SizeOf(Value), WAIT) = 4, 'update');
    Check((Part.Read(0, Other, SizeOf(Other)) = 4) and (Other = Value), 'read through a part');
    Check(PInteger(Part.Data)^ = Value, 'data of a part');
    Check(Memory.Update(4094, Value, SizeOf(Value), WAIT) = 2, 'an update is cut at the end');
    Other := 0;
    Check((Reader.Snapshot(8, Other, SizeOf(Other)) = 4) and (Other = Value), 'snapshot');
    Check(Length(Reader.SnapshotBytes(4090, 100)) = 6, 'a snapshot is cut at the end');
    SetLength(Some, 3);
    Some[0] := 1;
    Some[1] := 2;
    Some[2] := 3;
    Check(Memory.UpdateBytes(0, Some, WAIT) = 3, 'update of bytes');
    Check(Reader.SnapshotBytes(1, 2)[1] = 3, 'snapshot of bytes');
    Code := 0;
    try
      Reader.SnapshotBytes(4097, 1);
    except
      on E: EShmb do
        Code := E.Code;
    end;
    Check(Code = SHMB_RANGE, 'beyond the end');
    Code := 0;
    try
      Reader.Update(0, Value, SizeOf(Value), WAIT);
    except
      on E: EShmb do
        Code := E.Code;
    end;
    Check(Code = SHMB_ACCESS_DENIED, 'a reader cannot write');
    Check((Memory.State = SHMB_OK) and (Memory.Info.bytes = 4096), 'state');
    Check(ShmbText(Memory.Info.lock) = 'Pas.Mutex.lock', 'the name of the lock');
  finally
    Reader.Free;
    Part.Free;
    Memory.Free;
  end;
end;

procedure Locks;
var
  Memory, Watched: TShmbSegment;
  Value, Code: Integer;
  Worker: TWorker;
  Ticket: UInt64;
begin
  Memory := TShmbSegment.Open('Pas.Mutex', srWrite);
  try
    Memory.Lock(WAIT);
    Check(not Memory.Abandoned, 'nobody died');
    Check(Memory.TryLock(0), 'an owner takes it again');
    Check(InThread(woUnlock, Memory) = SHMB_NOT_OWNER, 'another thread cannot release it');
    Check(Memory.LockState.thread = GetCurrentThreadId, 'who has the lock');
    Ticket := Memory.BeginRead(WAIT);
    Check(Memory.ReadValid(Ticket), 'nothing was written');
    Memory.BeginWrite;
    Value := 5;
    Memory.Write(0, Value, SizeOf(Value));
    PInteger(Memory.Data)^ := 6;
    Check(not Memory.ReadValid(Ticket), 'a write has begun');
    Memory.EndWrite;
    Memory.Unlock;
    Memory.Unlock;
    Memory.Snapshot(0, Value, SizeOf(Value));
    Check(Value = 6, 'written through the pointer');

    Watched := TShmbSegment.Open('Pas.Mutex', srWrite);
    Worker := TWorker.Create(woLockUntilTold, Watched);
    try
      Worker.AwaitLock;
      Check(not Memory.TryLock(0), 'another thread has it');
      Code := 0;
      try
        Watched.Close;
      except
        on E: EShmb do
          Code := E.Code;
      end;
      Check(Code = SHMB_NOT_OWNER, 'not closed while another thread has its lock');
      Worker.Go;
      Check(Worker.Code = 0, 'and that thread has released it');
    finally
      Worker.Free;
    end;
    Watched.Close;
    Watched.Free;

    Check(InThread(woLock, Memory) = 0, 'a thread ends with the lock');
    Memory.Lock(WAIT);
    Check(Memory.Abandoned, 'its death is told');
    Memory.MarkConsistent;
    Check(not Memory.Abandoned, 'no longer');
    Memory.Unlock;
    Check(Memory.TryLock(WAIT) and not Memory.Abandoned, 'nor to the next owner');
    Memory.Unlock;
  finally
    Memory.Free;
  end;
end;

procedure DoubleSnapshots;
var
  Memory: TShmbSegment;
  Value: Integer;
  Ticket: UInt64;
begin
  Memory := TShmbSegment.Open('Pas.Double', srWrite);
  try
    Value := 11;
    Memory.Update(0, Value, SizeOf(Value), WAIT);
    Memory.Lock(WAIT);
    Memory.BeginWrite;
    PInteger(Memory.Data)^ := 12;
    Check(PInteger(Memory.ReadPublished(WAIT, Ticket))^ = 11, 'what is published, during a write');
    Memory.Restore;
    Check(PInteger(Memory.Data)^ = 11, 'restored');
    Memory.Unlock;
    Check(Memory.ReadPublished(WAIT, Ticket) <> nil, 'published');
  finally
    Memory.Free;
  end;
end;

procedure Changes;
var
  Memory: TShmbSegment;
  Subscription: TShmbSubscription;
  Number, Before: UInt64;
  Worker: TWorker;
begin
  Memory := TShmbSegment.Open('Pas.Mutex', srWrite);
  try
    Number := Memory.ChangeNumber;
    Before := Number;
    Check(not Memory.WaitChanged(Number, 0), 'no change yet');
    Subscription := TShmbSubscription.Create(Memory, Number);
    Check(not Subscription.WaitFor(0), 'the event is not set yet');
    Worker := TWorker.Create(woUpdate, Memory);
    try
      Check(Memory.WaitChanged(Number, 30000), 'a change');
      Check(Number = Before + 1, 'its number');
      Check(Subscription.WaitFor(30000), 'its event');
      Worker.WaitFor;
      Check(Worker.Code = 0, 'the thread has written');
    finally
      Worker.Free;
      Subscription.Free;
    end;
  finally
    Memory.Free;
  end;
end;

procedure FirstAndPrivate;
var
  Memory: TShmbSegment;
begin
  Memory := TShmbSegment.Open('Pas.First' + PREFIX, srWrite);
  try
    Check(Memory.First(WAIT), 'first');
    Memory.InitDone;
    Check(not Memory.First(WAIT), 'filled');
  finally
    Memory.Free;
  end;
  Memory := TShmbSegment.CreatePrivate('', 100);
  try
    Check(Memory.CreatedHere and (Memory.Size = 100), 'private memory');
  finally
    Memory.Free;
  end;
end;

procedure Queues;
var
  Queue: TShmbQueue;
  Message: TBytes;
  Value, Other: Integer;
  Code: Integer;
begin
  Queue := TShmbQueue.Open('Pas.Queue', srWrite, WAIT);
  try
    Check(not Queue.TryGet(Message, 0) and (Length(Message) = 0), 'an empty queue');
    WaitForSingleObject(Queue.Event, 0); // it may still be set by an earlier program
    Value := 42;
    Queue.Put(Value, SizeOf(Value), WAIT);
    Check(WaitForSingleObject(Queue.Event, 30000) = WAIT_OBJECT_0, 'its event is set');
    SetLength(Message, 500);
    Message[499] := 9;
    Queue.PutBytes(Message, WAIT);
    Check(not Queue.TryPut(Value, SizeOf(Value), 0), 'a full queue');
    Check((Queue.Level.messages = 2) and (Queue.Level.slot_size = 600), 'level');
    Check(Queue.TryPeek(Message) and (Length(Message) = 4) and (Message[0] = 42), 'peek');
    Check((Queue.GetInto(Other, SizeOf(Other), 0) = 4) and (Other = 42), 'get into a buffer');
    Message := Queue.Get(0);
    Check((Length(Message) = 500) and (Message[499] = 9), 'a long message');
    Check(Queue.TryPut(Value, SizeOf(Value), 0), 'put again');
    Check(Queue.TryGet(Message, 0) and (Length(Message) = 4), 'and got');
    Queue.PutBytes(nil, 0);
    Check(Queue.TryGet(Message, 0) and (Length(Message) = 0), 'a message of no bytes');
    Queue.Put(Value, SizeOf(Value), 0);
    Check(Queue.Clear = 1, 'clear');
    Code := 0;
    try
      Queue.Get(0);
    except
      on E: EShmb do
        Code := E.Code;
    end;
    Check(Code = SHMB_TIMEOUT, 'nothing to get');
  finally
    Queue.Free;
  end;
end;

procedure Descriptions;
var
  Infos: TShmbInfos;
  I, Segments: Integer;
  Found: Boolean;
  Stop: THandle;
begin
  Infos := ShmbList;
  Segments := 0;
  Found := False;
  for I := 0 to High(Infos) do
  begin
    if (Infos[I].kind = SHMB_KIND_SEGMENT) and (Infos[I].flags and SHMB_FLAG_COMPANION = 0) then
      Inc(Segments);
    Found := Found or (ShmbText(Infos[I].name) = 'Prix.caf'#$00E9);
  end;
  Check(Segments = 8, 'segments in the list');
  Check(Found, 'a name in UTF-8');
  with TShmbSegment.Open('Prix.caf'#$00E9) do
  begin
    Check(Name = 'Prix.caf'#$00E9, 'a name in UTF-16');
    Free;
  end;
  Check(ShmbDescribe('Pas.Double').flags and SHMB_FLAG_DOUBLE <> 0, 'describe');
  Check(ShmbDescribeBroker.process <> 0, 'the broker');
  Check(ShmbText(ShmbDescribeBroker.version) = UnicodeString(ShmbVersion), 'its version');
  Stop := ShmbOpenObject('Pas.Stop', SHMB_KIND_EVENT, srWrite);
  Check(SetEvent(Stop) and (WaitForSingleObject(Stop, 0) = WAIT_OBJECT_0), 'an event of the broker');
  ResetEvent(Stop);
  CloseHandle(Stop);
end;

// The result of a request that is refused, with the answer.
function Refused(const Name: UnicodeString; Bytes: UInt64; out Answer: shmb_request_info): Integer;
begin
  Result := SHMB_OK;
  FillChar(Answer, SizeOf(Answer), 0);
  try
    ShmbRequest(Name, Bytes);
  except
    on E: EShmbRefused do
    begin
      Result := E.Code;
      Answer := E.Answer;
    end;
    on E: EShmb do
      Result := E.Code;
  end;
end;

function Released(const Name: UnicodeString): Integer;
begin
  Result := SHMB_OK;
  try
    ShmbRelease(Name, WAIT);
  except
    on E: EShmb do
      Result := E.Code;
  end;
end;

procedure Refusals;
var
  Answer: shmb_request_info;
  Options: shmb_request_options;
begin
  Check(Refused('Stranger.Asked', 64, Answer) = SHMB_NOT_ALLOWED, 'a request without a rule');
  Check((Answer.reason = SHMB_REASON_NO_RULE) and (Answer.made = 0), 'why it was refused');
  Check((Answer.retry_ms = 0) and (ShmbText(Answer.rule) = ''), 'no rule, no time');
  Options := ShmbRequestOptions(SHMB_KIND_SEMAPHORE);
  Options.initial := 1;
  Options.maximum := 2;
  Options.owner := 'S-1-5-18';
  Options.timeout_ms := 30000;
  Check(ShmbRequestAsk('Global\Stranger.Asked', 0, Options, Answer) = SHMB_NOT_ALLOWED, 'ask');
  Check(Answer.reason = SHMB_REASON_NO_RULE, 'why it would be refused');
  Check(Refused('a\b', 1, Answer) = SHMB_BAD_NAME, 'a bad name');
  Check(Answer.reason = SHMB_REASON_NONE, 'which nobody was asked for');
  Check(Refused('Pas.Asked.Segment', 0, Answer) = SHMB_BAD_ARGUMENT, 'a segment of no bytes');
  Check(Released('a\b') = SHMB_BAD_NAME, 'release of a bad name');
end;

procedure Requests;
const
  NAME = 'Pas.Asked.Segment';
var
  Answer: shmb_request_info;
  Options: shmb_request_options;
  Info: shmb_info;
  Memory: TShmbSegment;
  Handle: THandle;
begin
  Check(ShmbRequestAsk(NAME, 100, ShmbRequestOptions, Answer) = SHMB_OK, 'ask for a segment');
  Check(Answer.made = 1, 'which would be made');
  Answer := ShmbRequest(NAME, 100);
  Check((Answer.made = 1) and (Answer.bytes = 100), 'a segment on request');
  Check(ShmbText(Answer.rule) = 'PasRule', 'by a rule');
  Check(ShmbRequest(NAME, 1).made = 0, 'it exists');
  Memory := TShmbSegment.Open(NAME, srWrite);
  try
    Check(Memory.Size = 100, 'its size');
    Info := ShmbDescribe(NAME);
    Check(Info.flags and SHMB_FLAG_REQUESTED <> 0, 'it is requested');
    Check((ShmbText(Info.rule) = 'PasRule') and (Pos('S-1-', string(ShmbText(Info.account))) = 1), 'by whom');
    Check((Refused(NAME, 101, Answer) = SHMB_RANGE) and (Answer.reason = SHMB_REASON_OTHER) and
      (Answer.bytes = 100), 'it is smaller');
    Refused('Pas.Asked.Large', 4097, Answer);
    Check((Answer.reason = SHMB_REASON_SIZE) and (Answer.most = 4096), 'too large');
    Check(Pos('rule PasRule allows at most 4096 bytes', ShmbRequestText(SHMB_NOT_ALLOWED, Answer)) > 0,
      'too large, in words');
    ShmbRequest('Pas.Asked.Mutex', 0, ShmbRequestOptions(SHMB_KIND_MUTEX));
    Options := ShmbRequestOptions(SHMB_KIND_EVENT);
    Options.flags := SHMB_REQUEST_MANUAL_RESET or SHMB_REQUEST_SET;
    ShmbRequest('Pas.Asked.Event', 0, Options);
    Options := ShmbRequestOptions(SHMB_KIND_SEMAPHORE);
    Options.initial := 1;
    Options.maximum := 2;
    ShmbRequest('Pas.Asked.Semaphore', 0, Options);
    Check((Refused('Pas.Asked.Fifth', 1, Answer) = SHMB_QUOTA) and (Answer.used = 4) and (Answer.most = 4) and
      (Answer.reason = SHMB_REASON_EACH_OBJECTS), 'the quota');
    Handle := ShmbOpenObject('Pas.Asked.Event', SHMB_KIND_EVENT, srRead);
    Check((WaitForSingleObject(Handle, 0) = WAIT_OBJECT_0) and (WaitForSingleObject(Handle, 0) = WAIT_OBJECT_0),
      'an event that is set');
    CloseHandle(Handle);
    Handle := ShmbOpenObject('Pas.Asked.Semaphore', SHMB_KIND_SEMAPHORE, srWrite);
    Check((WaitForSingleObject(Handle, 0) = WAIT_OBJECT_0) and (WaitForSingleObject(Handle, 0) = WAIT_TIMEOUT),
      'a semaphore of one');
    CloseHandle(Handle);
    ShmbRelease(NAME);
    ShmbRelease('Pas.Asked.Mutex');
    ShmbRelease('Pas.Asked.Event');
    ShmbRelease('Pas.Asked.Semaphore', WAIT);
    Check(Memory.State <> SHMB_OK, 'released');
    Check(Released(NAME) = SHMB_NOT_FOUND, 'nobody has requested it');
  finally
    Memory.Free;
  end;
end;

// Texts for and from a program in C, which knows no library.
procedure OtherPrograms;
var
  Memory: TShmbSegment;
  Text: UnicodeString;
  Seen: array[0..31] of WideChar;
begin
  Memory := TShmbSegment.Open('Pas.ToC', srWrite);
  try
    Text := 'written in Pascal'#0;
    Memory.Update(0, PWideChar(Text)^, Length(Text) * SizeOf(WideChar), WAIT);
  finally
    Memory.Free;
  end;
  Memory := TShmbSegment.Open('Pas.FromC');
  try
    Memory.Snapshot(0, Seen, SizeOf(Seen));
    Text := PWideChar(@Seen);
    Check(Text = 'written in C', 'what a program in C wrote');
  finally
    Memory.Free;
  end;
end;

begin
  try
    Failures;
    Bytes;
    Locks;
    DoubleSnapshots;
    Changes;
    FirstAndPrivate;
    Queues;
    Descriptions;
    Refusals;
    Requests;
    OtherPrograms;
  except
    on E: Exception do
    begin
      WriteLn('FAILED: ', E.ClassName, ': ', E.Message);
      Inc(Failed);
    end;
  end;
  WriteLn(Passed, ' passed, ', Failed, ' failed');
  if Failed > 0 then
    ExitCode := 1;
end.
