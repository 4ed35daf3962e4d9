// Made by tests/checks/pascal.py from client/include/shmb.h: do not edit.
//
// The calls of shmbclient.dll as the C header has them; shmb.h is their reference. shmb.pas has
// classes for them. A name that Pascal cannot tell from another one has an underscore at its end.
unit shmbapi;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$A8}

interface

const
  SHMB_DLL = 'shmbclient.dll';
  SHMB_VERSION_ = '1.0.0-rc.1';
  SHMB_VERSION_MAJOR = 1;
  SHMB_VERSION_MINOR = 0;
  SHMB_VERSION_PATCH = 0;
  SHMB_OK = 0;
  SHMB_ABANDONED = 1;
  SHMB_NOT_FOUND = -1;
  SHMB_NO_BROKER = -2;
  SHMB_ACCESS_DENIED = -3;
  SHMB_WRONG_KIND = -4;
  SHMB_NOT_OURS = -5;
  SHMB_BAD_NAME = -6;
  SHMB_BAD_ARGUMENT = -7;
  SHMB_RANGE = -8;
  SHMB_TIMEOUT = -9;
  SHMB_NOT_OWNER = -10;
  SHMB_NO_SLOT = -11;
  SHMB_BUSY = -12;
  SHMB_INCONSISTENT = -13;
  SHMB_CORRUPT = -14;
  SHMB_VERSION_MISMATCH = -15;
  SHMB_STALE = -16;
  SHMB_NO_MEMORY = -17;
  SHMB_SYSTEM = -18;
  SHMB_NOT_ALLOWED = -19;
  SHMB_QUOTA = -20;
  SHMB_INFINITE = $FFFFFFFF;
  SHMB_OPTIONS_SIZE_MIN = 16;
  SHMB_INFO_SIZE_MIN = 72;
  SHMB_STRUCT_SIZE_MAX = 4096;
  SHMB_READ_ = 1;
  SHMB_WRITE_ = 2;
  SHMB_KIND_SEGMENT = 0;
  SHMB_KIND_MUTEX = 1;
  SHMB_KIND_EVENT = 2;
  SHMB_KIND_SEMAPHORE = 3;
  SHMB_KIND_QUEUE = 4;
  SHMB_LOCK_KNOWN = 1;
  SHMB_LOCK_HELD = 2;
  SHMB_LOCK_OWNER = 4;
  SHMB_LOCK_ABANDONED = 8;
  SHMB_LOCK_HALF = 16;
  SHMB_RECHECK_MS = 1000;
  SHMB_QUEUE_INFO_SIZE_MIN = 64;
  SHMB_STATE_HELD = 1;
  SHMB_STATE_CONFLICT = 2;
  SHMB_STATE_FAILED = 3;
  SHMB_FLAG_MANUAL_RESET = 1;
  SHMB_FLAG_READERS_MAY_WAIT = 2;
  SHMB_FLAG_INITIAL = 4;
  SHMB_FLAG_COMPANION = 8;
  SHMB_FLAG_HAS_LOCK = 16;
  SHMB_FLAG_ROUNDED = 32;
  SHMB_FLAG_NOTIFY = 64;
  SHMB_FLAG_PRIVATE = 128;
  SHMB_FLAG_DOUBLE = 256;
  SHMB_FLAG_FAST = 512;
  SHMB_FLAG_ONE_PRODUCER = 1024;
  SHMB_FLAG_ONE_CONSUMER = 2048;
  SHMB_FLAG_REFUSE = 4096;
  SHMB_FLAG_DROP_OLDEST = 8192;
  SHMB_FLAG_REQUESTED = $4000;
  SHMB_NAME_SIZE = 604;
  SHMB_RULE_SIZE = 64;
  SHMB_ACCOUNT_SIZE = 192;
  SHMB_BROKER_VERSION_SIZE = 40;
  SHMB_REASON_NONE = 0;
  SHMB_REASON_NO_RULE = 1;
  SHMB_REASON_WHO = 2;
  SHMB_REASON_KIND = 3;
  SHMB_REASON_SIZE = 4;
  SHMB_REASON_EACH_OBJECTS = 5;
  SHMB_REASON_EACH_MEMORY = 6;
  SHMB_REASON_TOTAL_OBJECTS = 7;
  SHMB_REASON_TOTAL_MEMORY = 8;
  SHMB_REASON_LIMITS = 9;
  SHMB_REASON_RATE = 10;
  SHMB_REASON_TAKEN = 11;
  SHMB_REASON_FOREIGN = 12;
  SHMB_REASON_OTHER = 13;
  SHMB_REASON_NO_ACCESS = 14;
  SHMB_REASON_NOT_REQUESTED = 15;
  SHMB_REASON_NOT_YOURS = 16;
  SHMB_REASON_LIVES = 17;
  SHMB_REASON_STOPPING = 18;
  SHMB_REASON_SYSTEM = 19;
  SHMB_REASON_MESSAGE = 20;
  SHMB_REASON_NO_PIPE = 21;
  SHMB_REQUEST_MANUAL_RESET = 1;
  SHMB_REQUEST_SET = 2;
  SHMB_REQUEST_OPTIONS_SIZE_MIN = 24;
  SHMB_REQUEST_INFO_SIZE_MIN = 48;

type
  shmb_segment = record end;
  Pshmb_segment = ^shmb_segment;
  shmb_queue = record end;
  Pshmb_queue = ^shmb_queue;
  shmb_subscription = record end;
  Pshmb_subscription = ^shmb_subscription;
  shmb_list = record end;
  Pshmb_list = ^shmb_list;
  PPAnsiChar = ^PAnsiChar;

  shmb_options = record
    size: Cardinal;
    rights: Cardinal;
    wait_ms: Cardinal;
    reserved: Cardinal;
    offset: UInt64;
    length: UInt64;
    owner: PAnsiChar;
    reserved_pointer: Pointer;
  end;
  Pshmb_options = ^shmb_options;

  shmb_lock_info = record
    size: Cardinal;
    flags: Cardinal;
    process: Cardinal;
    thread: Cardinal;
    since: UInt64;
    reserved: array[0..1] of UInt64;
  end;
  Pshmb_lock_info = ^shmb_lock_info;

  shmb_queue_info = record
    size: Cardinal;
    flags: Cardinal;
    slots: Cardinal;
    slot_size: Cardinal;
    messages: UInt64;
    put: UInt64;
    got: UInt64;
    dropped: UInt64;
    refused: UInt64;
    generation: UInt64;
  end;
  Pshmb_queue_info = ^shmb_queue_info;

  shmb_info = record
    size: Cardinal;
    kind: Cardinal;
    state: Cardinal;
    flags: Cardinal;
    bytes: UInt64;
    generation: UInt64;
    initial: Integer;
    maximum: Integer;
    slots: Cardinal;
    slot_size: Cardinal;
    reserved: array[0..2] of UInt64;
    name: array[0..603] of AnsiChar;
    lock: array[0..603] of AnsiChar;
    rule: array[0..63] of AnsiChar;
    account: array[0..191] of AnsiChar;
  end;
  Pshmb_info = ^shmb_info;

  shmb_broker_info = record
    size: Cardinal;
    process: Cardinal;
    started: UInt64;
    reserved: array[0..1] of UInt64;
    version: array[0..39] of AnsiChar;
  end;
  Pshmb_broker_info = ^shmb_broker_info;

  shmb_request_options = record
    size: Cardinal;
    kind: Cardinal;
    flags: Cardinal;
    timeout_ms: Cardinal;
    initial: Integer;
    maximum: Integer;
    owner: PAnsiChar;
    reserved_pointer: Pointer;
  end;
  Pshmb_request_options = ^shmb_request_options;

  shmb_request_info = record
    size: Cardinal;
    made: Cardinal;
    reason: Cardinal;
    retry_ms: Cardinal;
    used: UInt64;
    most: UInt64;
    bytes: UInt64;
    reserved: UInt64;
    rule: array[0..63] of AnsiChar;
  end;
  Pshmb_request_info = ^shmb_request_info;

function shmb_openW(name: PWideChar; rights: Cardinal; wait_ms: Cardinal; out segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_open_withW(name: PWideChar; options: Pshmb_options; out segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_close(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_nameW(segment: Pshmb_segment; buffer: PWideChar; size: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_size(segment: Pshmb_segment; out size: UInt64): Integer; stdcall; external SHMB_DLL;
function shmb_data(segment: Pshmb_segment; out data: Pointer): Integer; stdcall; external SHMB_DLL;
function shmb_read(segment: Pshmb_segment; offset: UInt64; buffer: Pointer; count: UInt64; done: PUInt64): Integer; stdcall; external SHMB_DLL;
function shmb_write(segment: Pshmb_segment; offset: UInt64; buffer: Pointer; count: UInt64; done: PUInt64): Integer; stdcall; external SHMB_DLL;
function shmb_update(segment: Pshmb_segment; offset: UInt64; buffer: Pointer; count: UInt64; timeout_ms: Cardinal; done: PUInt64): Integer; stdcall; external SHMB_DLL;
function shmb_write_begin(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_write_end(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_lock(segment: Pshmb_segment; timeout_ms: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_unlock(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_mark_consistent(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_restore(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_lock_state(segment: Pshmb_segment; var info: shmb_lock_info): Integer; stdcall; external SHMB_DLL;
function shmb_snapshot_wait(segment: Pshmb_segment; offset: UInt64; buffer: Pointer; count: UInt64; timeout_ms: Cardinal; done: PUInt64): Integer; stdcall; external SHMB_DLL;
function shmb_read_begin(segment: Pshmb_segment; timeout_ms: Cardinal; out ticket: UInt64): Integer; stdcall; external SHMB_DLL;
function shmb_read_published(segment: Pshmb_segment; timeout_ms: Cardinal; out data: Pointer; out ticket: UInt64): Integer; stdcall; external SHMB_DLL;
function shmb_read_valid(segment: Pshmb_segment; ticket: UInt64): Integer; stdcall; external SHMB_DLL;
function shmb_wait_changed(segment: Pshmb_segment; var number: UInt64; timeout_ms: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_change_number(segment: Pshmb_segment; out number: UInt64): Integer; stdcall; external SHMB_DLL;
function shmb_subscribe(segment: Pshmb_segment; number: UInt64; out subscription: Pshmb_subscription; out event: THandle): Integer; stdcall; external SHMB_DLL;
function shmb_unsubscribe(subscription: Pshmb_subscription): Integer; stdcall; external SHMB_DLL;
function shmb_first(segment: Pshmb_segment; timeout_ms: Cardinal; out first: Integer): Integer; stdcall; external SHMB_DLL;
function shmb_init_done(segment: Pshmb_segment): Integer; stdcall; external SHMB_DLL;
function shmb_queue_open_withW(name: PWideChar; options: Pshmb_options; out queue: Pshmb_queue): Integer; stdcall; external SHMB_DLL;
function shmb_queue_close(queue: Pshmb_queue): Integer; stdcall; external SHMB_DLL;
function shmb_queue_put(queue: Pshmb_queue; bytes: Pointer; count: Cardinal; timeout_ms: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_queue_get(queue: Pshmb_queue; buffer: Pointer; size: Cardinal; length: PCardinal; timeout_ms: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_queue_peek(queue: Pshmb_queue; buffer: Pointer; size: Cardinal; length: PCardinal): Integer; stdcall; external SHMB_DLL;
function shmb_queue_level(queue: Pshmb_queue; var info: shmb_queue_info): Integer; stdcall; external SHMB_DLL;
function shmb_queue_clear(queue: Pshmb_queue; count: PUInt64): Integer; stdcall; external SHMB_DLL;
function shmb_queue_event(queue: Pshmb_queue; out event: THandle): Integer; stdcall; external SHMB_DLL;
function shmb_private_createW(name: PWideChar; size: UInt64; out segment: Pshmb_segment; first: PInteger): Integer; stdcall; external SHMB_DLL;
function shmb_describeW(name: PWideChar; var info: shmb_info): Integer; stdcall; external SHMB_DLL;
function shmb_describe_broker(var info: shmb_broker_info): Integer; stdcall; external SHMB_DLL;
function shmb_list_open(out list: Pshmb_list; count: PCardinal): Integer; stdcall; external SHMB_DLL;
function shmb_list_next(list: Pshmb_list; var info: shmb_info): Integer; stdcall; external SHMB_DLL;
function shmb_list_close(list: Pshmb_list): Integer; stdcall; external SHMB_DLL;
function shmb_state(segment: Pshmb_segment; info: Pshmb_info): Integer; stdcall; external SHMB_DLL;
function shmb_open_objectW(name: PWideChar; kind: Cardinal; rights: Cardinal; wait_ms: Cardinal; out handle: THandle): Integer; stdcall; external SHMB_DLL;
function shmb_requestW(name: PWideChar; bytes: UInt64; options: Pshmb_request_options; info: Pshmb_request_info): Integer; stdcall; external SHMB_DLL;
function shmb_request_askW(name: PWideChar; bytes: UInt64; options: Pshmb_request_options; info: Pshmb_request_info): Integer; stdcall; external SHMB_DLL;
function shmb_releaseW(name: PWideChar; timeout_ms: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_request_textW(result_: Integer; info: Pshmb_request_info; buffer: PWideChar; size: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_result_textW(result_: Integer; buffer: PWideChar; size: Cardinal): Integer; stdcall; external SHMB_DLL;
function shmb_last_failure(win32_code: PCardinal; call: PPAnsiChar): Integer; stdcall; external SHMB_DLL;
function shmb_version: PAnsiChar; stdcall; external SHMB_DLL;

implementation

{$IF (SizeOf(shmb_options) <> 48) and (SizeOf(shmb_options) <> 40)}{$MESSAGE FATAL 'the layout of shmb_options differs'}{$IFEND}
{$IF SizeOf(shmb_lock_info) <> 40}{$MESSAGE FATAL 'the layout of shmb_lock_info differs'}{$IFEND}
{$IF SizeOf(shmb_queue_info) <> 64}{$MESSAGE FATAL 'the layout of shmb_queue_info differs'}{$IFEND}
{$IF SizeOf(shmb_info) <> 1536}{$MESSAGE FATAL 'the layout of shmb_info differs'}{$IFEND}
{$IF SizeOf(shmb_broker_info) <> 72}{$MESSAGE FATAL 'the layout of shmb_broker_info differs'}{$IFEND}
{$IF (SizeOf(shmb_request_options) <> 40) and (SizeOf(shmb_request_options) <> 32)}{$MESSAGE FATAL 'the layout of shmb_request_options differs'}{$IFEND}
{$IF SizeOf(shmb_request_info) <> 112}{$MESSAGE FATAL 'the layout of shmb_request_info differs'}{$IFEND}

end.
