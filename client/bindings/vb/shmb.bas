Attribute VB_Name = "shmb"
' shmb.bas - shared memory, locks and queues of ShmBroker, for Visual Basic 6 and VBA.
'
'     Dim prices As Long
'     prices = ShmbOpen("Prices", SHMB_WRITE, 5000)
'     ShmbUpdate prices, 0, ShmbBytes("1.25"), 5000          ' lock, write, unlock
'     Debug.Print ShmbString(ShmbSnapshot(prices, 0, 16))    ' never half of a write
'     ShmbClose prices
'
' A function that fails raises an error with the library's sentence; ShmbResult is then one of SHMB_...
' below 0. Times are in milliseconds; a negative one has no limit. Offsets count from 0. Content is bytes:
' in a String each character has two, and VB converts a String that it passes to a DLL.
'
' The calls themselves are those of client/include/shmb_flat.h, which is their reference.
Option Explicit

' ---- made by tests/checks/vb.py from shmb_flat.h and shmb.h: do not edit ----
Public Const SHMB_OK As Long = 0
Public Const SHMB_ABANDONED As Long = 1
Public Const SHMB_NOT_FOUND As Long = -1
Public Const SHMB_NO_BROKER As Long = -2
Public Const SHMB_ACCESS_DENIED As Long = -3
Public Const SHMB_WRONG_KIND As Long = -4
Public Const SHMB_NOT_OURS As Long = -5
Public Const SHMB_BAD_NAME As Long = -6
Public Const SHMB_BAD_ARGUMENT As Long = -7
Public Const SHMB_RANGE As Long = -8
Public Const SHMB_TIMEOUT As Long = -9
Public Const SHMB_NOT_OWNER As Long = -10
Public Const SHMB_NO_SLOT As Long = -11
Public Const SHMB_BUSY As Long = -12
Public Const SHMB_INCONSISTENT As Long = -13
Public Const SHMB_CORRUPT As Long = -14
Public Const SHMB_VERSION_MISMATCH As Long = -15
Public Const SHMB_STALE As Long = -16
Public Const SHMB_NO_MEMORY As Long = -17
Public Const SHMB_SYSTEM As Long = -18
Public Const SHMB_NOT_ALLOWED As Long = -19
Public Const SHMB_QUOTA As Long = -20
Public Const SHMB_READ As Long = 1
Public Const SHMB_WRITE As Long = 2
Public Const SHMB_KIND_SEGMENT As Long = 0
Public Const SHMB_KIND_MUTEX As Long = 1
Public Const SHMB_KIND_EVENT As Long = 2
Public Const SHMB_KIND_SEMAPHORE As Long = 3
Public Const SHMB_KIND_QUEUE As Long = 4
Public Const SHMB_STATE_HELD As Long = 1
Public Const SHMB_STATE_CONFLICT As Long = 2
Public Const SHMB_STATE_FAILED As Long = 3
Public Const SHMB_FLAG_MANUAL_RESET As Long = 1
Public Const SHMB_FLAG_READERS_MAY_WAIT As Long = 2
Public Const SHMB_FLAG_INITIAL As Long = 4
Public Const SHMB_FLAG_COMPANION As Long = 8
Public Const SHMB_FLAG_HAS_LOCK As Long = 16
Public Const SHMB_FLAG_ROUNDED As Long = 32
Public Const SHMB_FLAG_NOTIFY As Long = 64
Public Const SHMB_FLAG_PRIVATE As Long = 128
Public Const SHMB_FLAG_DOUBLE As Long = 256
Public Const SHMB_FLAG_FAST As Long = 512
Public Const SHMB_FLAG_ONE_PRODUCER As Long = 1024
Public Const SHMB_FLAG_ONE_CONSUMER As Long = 2048
Public Const SHMB_FLAG_REFUSE As Long = 4096
Public Const SHMB_FLAG_DROP_OLDEST As Long = 8192
Public Const SHMB_FLAG_REQUESTED As Long = 16384
Public Const SHMB_REASON_NONE As Long = 0
Public Const SHMB_REASON_NO_RULE As Long = 1
Public Const SHMB_REASON_WHO As Long = 2
Public Const SHMB_REASON_KIND As Long = 3
Public Const SHMB_REASON_SIZE As Long = 4
Public Const SHMB_REASON_EACH_OBJECTS As Long = 5
Public Const SHMB_REASON_EACH_MEMORY As Long = 6
Public Const SHMB_REASON_TOTAL_OBJECTS As Long = 7
Public Const SHMB_REASON_TOTAL_MEMORY As Long = 8
Public Const SHMB_REASON_LIMITS As Long = 9
Public Const SHMB_REASON_RATE As Long = 10
Public Const SHMB_REASON_TAKEN As Long = 11
Public Const SHMB_REASON_FOREIGN As Long = 12
Public Const SHMB_REASON_OTHER As Long = 13
Public Const SHMB_REASON_NO_ACCESS As Long = 14
Public Const SHMB_REASON_NOT_REQUESTED As Long = 15
Public Const SHMB_REASON_NOT_YOURS As Long = 16
Public Const SHMB_REASON_LIVES As Long = 17
Public Const SHMB_REASON_STOPPING As Long = 18
Public Const SHMB_REASON_SYSTEM As Long = 19
Public Const SHMB_REASON_MESSAGE As Long = 20
Public Const SHMB_REASON_NO_PIPE As Long = 21
Public Const SHMB_REQUEST_MANUAL_RESET As Long = 1
Public Const SHMB_REQUEST_SET As Long = 2
#If VBA7 Then
    Public Declare PtrSafe Function shmbf_openW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal rights As Long, ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_privateW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal size As Long) As Long
    Public Declare PtrSafe Function shmbf_close Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_nameW Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal buffer As LongPtr, ByVal size As Long) As Long
    Public Declare PtrSafe Function shmbf_size Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_read Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long) As Long
    Public Declare PtrSafe Function shmbf_write Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long) As Long
    Public Declare PtrSafe Function shmbf_update Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long, ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_snapshot Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long) As Long
    Public Declare PtrSafe Function shmbf_snapshot_wait Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long, ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_write_begin Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_write_end Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_lock Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_unlock Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_mark_consistent Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_restore Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_abandoned Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_first Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_init_done Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_wait_changed Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_subscribe Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_unsubscribe Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_state Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_openW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal rights As Long, ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_put Lib "shmbclient.dll" ( _
        ByVal queue As Long, ByRef bytes As Any, ByVal count As Long, _
        ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_get Lib "shmbclient.dll" ( _
        ByVal queue As Long, ByRef buffer As Any, ByVal size As Long, _
        ByVal timeout_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_peek Lib "shmbclient.dll" ( _
        ByVal queue As Long, ByRef buffer As Any, ByVal size As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_messages Lib "shmbclient.dll" ( _
        ByVal queue As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_slot_size Lib "shmbclient.dll" ( _
        ByVal queue As Long) As Long
    Public Declare PtrSafe Function shmbf_queue_clear Lib "shmbclient.dll" ( _
        ByVal queue As Long) As Long
    Public Declare PtrSafe Function shmbf_list_open Lib "shmbclient.dll" () As Long
    Public Declare PtrSafe Function shmbf_list_next Lib "shmbclient.dll" ( _
        ByVal list As Long) As Long
    Public Declare PtrSafe Function shmbf_list_nameW Lib "shmbclient.dll" ( _
        ByVal list As Long, ByVal buffer As LongPtr, ByVal size As Long) As Long
    Public Declare PtrSafe Function shmbf_list_kind Lib "shmbclient.dll" ( _
        ByVal list As Long) As Long
    Public Declare PtrSafe Function shmbf_list_state Lib "shmbclient.dll" ( _
        ByVal list As Long) As Long
    Public Declare PtrSafe Function shmbf_list_flags Lib "shmbclient.dll" ( _
        ByVal list As Long) As Long
    Public Declare PtrSafe Function shmbf_list_bytes Lib "shmbclient.dll" ( _
        ByVal list As Long) As Long
    Public Declare PtrSafe Function shmbf_open_objectW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal kind As Long, ByVal rights As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_requestW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal kind As Long, ByVal size As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_request_askW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal kind As Long, ByVal size As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_request_eventW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal flags As Long, ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_request_semaphoreW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal initial As Long, ByVal maximum As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_request_reason Lib "shmbclient.dll" () As Long
    Public Declare PtrSafe Function shmbf_releaseW Lib "shmbclient.dll" ( _
        ByVal name As LongPtr, ByVal wait_ms As Long) As Long
    Public Declare PtrSafe Function shmbf_result_textW Lib "shmbclient.dll" ( _
        ByVal result As Long, ByVal buffer As LongPtr, ByVal size As Long) As Long
    Public Declare PtrSafe Function shmbf_system_code Lib "shmbclient.dll" () As Long
#Else
    Public Declare Function shmbf_openW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal rights As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_privateW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal size As Long) As Long
    Public Declare Function shmbf_close Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_nameW Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal buffer As Long, ByVal size As Long) As Long
    Public Declare Function shmbf_size Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_read Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal offset As Long, ByRef buffer As Any, ByVal count As Long) As Long
    Public Declare Function shmbf_write Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal offset As Long, ByRef buffer As Any, ByVal count As Long) As Long
    Public Declare Function shmbf_update Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal offset As Long, ByRef buffer As Any, ByVal count As Long, _
        ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_snapshot Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal offset As Long, ByRef buffer As Any, ByVal count As Long) As Long
    Public Declare Function shmbf_snapshot_wait Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal offset As Long, ByRef buffer As Any, _
        ByVal count As Long, ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_write_begin Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_write_end Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_lock Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_unlock Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_mark_consistent Lib "shmbclient.dll" ( _
        ByVal segment As Long) As Long
    Public Declare Function shmbf_restore Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_abandoned Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_first Lib "shmbclient.dll" (ByVal segment As Long, _
        ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_init_done Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_wait_changed Lib "shmbclient.dll" ( _
        ByVal segment As Long, ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_subscribe Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_unsubscribe Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_state Lib "shmbclient.dll" (ByVal segment As Long) As Long
    Public Declare Function shmbf_queue_openW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal rights As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_queue_put Lib "shmbclient.dll" (ByVal queue As Long, _
        ByRef bytes As Any, ByVal count As Long, ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_queue_get Lib "shmbclient.dll" (ByVal queue As Long, _
        ByRef buffer As Any, ByVal size As Long, ByVal timeout_ms As Long) As Long
    Public Declare Function shmbf_queue_peek Lib "shmbclient.dll" (ByVal queue As Long, _
        ByRef buffer As Any, ByVal size As Long) As Long
    Public Declare Function shmbf_queue_messages Lib "shmbclient.dll" (ByVal queue As Long) As Long
    Public Declare Function shmbf_queue_slot_size Lib "shmbclient.dll" ( _
        ByVal queue As Long) As Long
    Public Declare Function shmbf_queue_clear Lib "shmbclient.dll" (ByVal queue As Long) As Long
    Public Declare Function shmbf_list_open Lib "shmbclient.dll" () As Long
    Public Declare Function shmbf_list_next Lib "shmbclient.dll" (ByVal list As Long) As Long
    Public Declare Function shmbf_list_nameW Lib "shmbclient.dll" (ByVal list As Long, _
        ByVal buffer As Long, ByVal size As Long) As Long
    Public Declare Function shmbf_list_kind Lib "shmbclient.dll" (ByVal list As Long) As Long
    Public Declare Function shmbf_list_state Lib "shmbclient.dll" (ByVal list As Long) As Long
    Public Declare Function shmbf_list_flags Lib "shmbclient.dll" (ByVal list As Long) As Long
    Public Declare Function shmbf_list_bytes Lib "shmbclient.dll" (ByVal list As Long) As Long
    Public Declare Function shmbf_open_objectW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal kind As Long, ByVal rights As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_requestW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal kind As Long, ByVal size As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_request_askW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal kind As Long, ByVal size As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_request_eventW Lib "shmbclient.dll" ( _
        ByVal name As Long, ByVal flags As Long, ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_request_semaphoreW Lib "shmbclient.dll" ( _
        ByVal name As Long, ByVal initial As Long, ByVal maximum As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_request_reason Lib "shmbclient.dll" () As Long
    Public Declare Function shmbf_releaseW Lib "shmbclient.dll" (ByVal name As Long, _
        ByVal wait_ms As Long) As Long
    Public Declare Function shmbf_result_textW Lib "shmbclient.dll" ( _
        ByVal result As Long, ByVal buffer As Long, ByVal size As Long) As Long
    Public Declare Function shmbf_system_code Lib "shmbclient.dll" () As Long
#End If
' ---- end ----

Private Const NAME_UNITS As Long = 604
Private Const TEXT_UNITS As Long = 1024
Private Const FIRST_ERROR As Long = 512 ' above it are numbers for programs

' ---- results ----

' Raises an error for a result below 0; returns what is none. For the calls of shmb_flat.h.
Public Function ShmbCheck(ByVal result As Long) As Long
    If result < 0 Then Err.Raise vbObjectError + FIRST_ERROR - result, "shmbclient", ShmbText(result)
    ShmbCheck = result
End Function

' The result, one of SHMB_..., of the error that was raised last; 0: it was none of the library's.
Public Function ShmbResult() As Long
    Dim code As Long
    code = Err.Number - vbObjectError - FIRST_ERROR
    If code >= 1 And code <= 100 Then ShmbResult = -code
End Function

' A sentence for a result.
Public Function ShmbText(ByVal result As Long) As String
    Dim text As String
    Dim length As Long
    text = String$(TEXT_UNITS, vbNullChar)
    length = shmbf_result_textW(result, StrPtr(text), TEXT_UNITS)
    If length > 0 Then ShmbText = Left$(text, length)
End Function

' True: done. False: timed out. Others raise an error.
Private Function InTime(ByVal result As Long) As Boolean
    If result <> SHMB_TIMEOUT Then InTime = ShmbCheck(result) >= 0
End Function

' ---- text and bytes ----

' A text in the ANSI code page, with a zero byte at its end.
Public Function ShmbBytes(ByVal text As String) As Byte()
    ShmbBytes = StrConv(text & vbNullChar, vbFromUnicode)
End Function

' The text up to the first zero byte, or of all bytes.
Public Function ShmbString(bytes() As Byte) As String
    Dim text As String
    Dim ending As Long
    If ShmbCount(bytes) > 0 Then text = StrConv(bytes, vbUnicode)
    ending = InStr(text, vbNullChar)
    If ending > 0 Then text = Left$(text, ending - 1)
    ShmbString = text
End Function

' How many bytes. 0 also for an array without elements, of which UBound raises an error.
Public Function ShmbCount(bytes() As Byte) As Long
    On Error Resume Next
    ShmbCount = UBound(bytes) - LBound(bytes) + 1
End Function

' Keeps the first `count` bytes. An array that a call fills has one byte more: VB has no ReDim to none.
Private Sub Shorten(bytes() As Byte, ByVal count As Long)
    If count > 0 Then
        ReDim Preserve bytes(0 To count - 1)
    Else
        Erase bytes
    End If
End Sub

' ---- segments ----

Public Function ShmbOpen(ByVal name As String, Optional ByVal rights As Long = SHMB_READ, _
                         Optional ByVal waitMs As Long = 0) As Long
    ShmbOpen = ShmbCheck(shmbf_openW(StrPtr(name), rights, waitMs))
End Function

' Memory of this user in this session, without the broker. "": a name that no object has.
Public Function ShmbPrivate(ByVal name As String, ByVal size As Long) As Long
    Dim text As String
    text = name
    If Len(text) = 0 Then text = "" ' not vbNullString
    ShmbPrivate = ShmbCheck(shmbf_privateW(StrPtr(text), size))
End Function

' Closes a segment, queue or list.
Public Sub ShmbClose(ByVal number As Long)
    ShmbCheck shmbf_close(number)
End Sub

' Asks the broker to hold an object that the configuration does not name: open it afterwards. A rule of the
' configuration (`requests:`) decides. Of a segment, `size` is bytes; of a mutex (SHMB_KIND_MUTEX) and an
' event that resets itself (SHMB_KIND_EVENT), 0. True: this call has made it. False: it existed.
Public Function ShmbRequest(ByVal name As String, ByVal size As Long, _
                            Optional ByVal kind As Long = SHMB_KIND_SEGMENT, _
                            Optional ByVal waitMs As Long = 5000) As Boolean
    ShmbRequest = ShmbCheck(shmbf_requestW(StrPtr(name), kind, size, waitMs)) = 1
End Function

' An event, with SHMB_REQUEST_MANUAL_RESET and SHMB_REQUEST_SET as `flags`.
Public Function ShmbRequestEvent(ByVal name As String, ByVal flags As Long, _
                                 Optional ByVal waitMs As Long = 5000) As Boolean
    ShmbRequestEvent = ShmbCheck(shmbf_request_eventW(StrPtr(name), flags, waitMs)) = 1
End Function

Public Function ShmbRequestSemaphore(ByVal name As String, ByVal initial As Long, ByVal maximum As Long, _
                                     Optional ByVal waitMs As Long = 5000) As Boolean
    ShmbRequestSemaphore = ShmbCheck(shmbf_request_semaphoreW(StrPtr(name), initial, maximum, waitMs)) = 1
End Function

' What ShmbRequest would be answered; nothing else happens. 1: it would be made. 0: it exists. Below 0: the
' result; ShmbText and ShmbRequestReason say why.
Public Function ShmbRequestAsk(ByVal name As String, ByVal size As Long, _
                               Optional ByVal kind As Long = SHMB_KIND_SEGMENT, _
                               Optional ByVal waitMs As Long = 5000) As Long
    ShmbRequestAsk = shmbf_request_askW(StrPtr(name), kind, size, waitMs)
End Function

' Why the last request was refused: one of SHMB_REASON_...
Public Function ShmbRequestReason() As Long
    ShmbRequestReason = shmbf_request_reason()
End Function

' Gives back an object that this account has requested. Who has it open keeps the memory.
Public Sub ShmbRelease(ByVal name As String, Optional ByVal waitMs As Long = 5000)
    ShmbCheck shmbf_releaseW(StrPtr(name), waitMs)
End Sub

Public Function ShmbName(ByVal segment As Long) As String
    Dim text As String
    text = String$(NAME_UNITS, vbNullChar)
    ShmbName = Left$(text, ShmbCheck(shmbf_nameW(segment, StrPtr(text), NAME_UNITS)))
End Function

Public Function ShmbSize(ByVal segment As Long) As Long
    ShmbSize = ShmbCheck(shmbf_size(segment))
End Function

' Copies `count` bytes, fewer at the end, without the lock and never with half of a write.
Public Function ShmbSnapshot(ByVal segment As Long, ByVal offset As Long, ByVal count As Long, _
                             Optional ByVal timeoutMs As Long = 1000) As Byte()
    Dim bytes() As Byte
    ReDim bytes(0 To count)
    Shorten bytes, ShmbCheck(shmbf_snapshot_wait(segment, offset, bytes(0), count, timeoutMs))
    ShmbSnapshot = bytes
End Function

' The same, without a look at writers: hold the lock.
Public Function ShmbRead(ByVal segment As Long, ByVal offset As Long, ByVal count As Long) As Byte()
    Dim bytes() As Byte
    ReDim bytes(0 To count)
    Shorten bytes, ShmbCheck(shmbf_read(segment, offset, bytes(0), count))
    ShmbRead = bytes
End Function

' Writes; hold the lock. Returns how many bytes, fewer at the end of the segment.
Public Function ShmbWrite(ByVal segment As Long, ByVal offset As Long, bytes() As Byte) As Long
    Dim count As Long
    count = ShmbCount(bytes)
    If count > 0 Then ShmbWrite = ShmbCheck(shmbf_write(segment, offset, bytes(LBound(bytes)), count))
End Function

' Takes the lock, writes, releases it.
Public Function ShmbUpdate(ByVal segment As Long, ByVal offset As Long, bytes() As Byte, _
                           ByVal timeoutMs As Long) As Long
    Dim count As Long
    count = ShmbCount(bytes)
    If count > 0 Then
        ShmbUpdate = ShmbCheck(shmbf_update(segment, offset, bytes(LBound(bytes)), count, timeoutMs))
    End If
End Function

' ---- the lock ----

' False: timed out. Release it as often as it was taken.
Public Function ShmbLock(ByVal segment As Long, ByVal timeoutMs As Long) As Boolean
    ShmbLock = InTime(shmbf_lock(segment, timeoutMs))
End Function

Public Sub ShmbUnlock(ByVal segment As Long)
    ShmbCheck shmbf_unlock(segment)
End Sub

' With the lock: a program died with it, so that the content may be half written.
Public Function ShmbAbandoned(ByVal segment As Long) As Boolean
    ShmbAbandoned = ShmbCheck(shmbf_abandoned(segment)) = 1
End Function

Public Sub ShmbMarkConsistent(ByVal segment As Long)
    ShmbCheck shmbf_mark_consistent(segment)
End Sub

' ---- changes ----

' True: there was a change since the last call that returned True; the first call, since the segment was
' opened. False: timed out. Needs `notify: true`. VB does nothing else meanwhile: in a timer, use 0.
Public Function ShmbWaitChanged(ByVal segment As Long, ByVal timeoutMs As Long) As Boolean
    ShmbWaitChanged = InTime(shmbf_wait_changed(segment, timeoutMs))
End Function

' ---- queues ----

Public Function ShmbQueueOpen(ByVal name As String, Optional ByVal rights As Long = SHMB_WRITE, _
                              Optional ByVal waitMs As Long = 0) As Long
    ShmbQueueOpen = ShmbCheck(shmbf_queue_openW(StrPtr(name), rights, waitMs))
End Function

' False: the queue is full.
Public Function ShmbQueuePut(ByVal queue As Long, bytes() As Byte, ByVal timeoutMs As Long) As Boolean
    Dim none As Byte
    Dim count As Long
    count = ShmbCount(bytes)
    If count > 0 Then
        ShmbQueuePut = InTime(shmbf_queue_put(queue, bytes(LBound(bytes)), count, timeoutMs))
    Else
        ShmbQueuePut = InTime(shmbf_queue_put(queue, none, 0, timeoutMs))
    End If
End Function

' The oldest message. False: there is none.
Public Function ShmbQueueGet(ByVal queue As Long, bytes() As Byte, ByVal timeoutMs As Long) As Boolean
    Dim most As Long
    Dim length As Long
    most = ShmbCheck(shmbf_queue_slot_size(queue))
    ReDim bytes(0 To most)
    length = shmbf_queue_get(queue, bytes(0), most, timeoutMs)
    Shorten bytes, length
    ShmbQueueGet = InTime(length)
End Function

' The same, and leaves it in the queue.
Public Function ShmbQueuePeek(ByVal queue As Long, bytes() As Byte) As Boolean
    Dim most As Long
    Dim length As Long
    most = ShmbCheck(shmbf_queue_slot_size(queue))
    ReDim bytes(0 To most)
    length = shmbf_queue_peek(queue, bytes(0), most)
    Shorten bytes, length
    ShmbQueuePeek = InTime(length)
End Function

' ---- what the broker holds ----

' A Collection of arrays: name, kind, state, flags, bytes (-8: 2 GiB or more).
Public Function ShmbList() As Collection
    Dim found As New Collection
    Dim list As Long
    Dim result As Long
    Dim text As String
    Dim length As Long
    list = ShmbCheck(shmbf_list_open())
    result = shmbf_list_next(list)
    Do While result = 0
        text = String$(NAME_UNITS, vbNullChar)
        length = shmbf_list_nameW(list, StrPtr(text), NAME_UNITS)
        If length < 0 Then length = 0
        found.Add Array(Left$(text, length), shmbf_list_kind(list), shmbf_list_state(list), _
                        shmbf_list_flags(list), shmbf_list_bytes(list))
        result = shmbf_list_next(list)
    Loop
    shmbf_close list
    If result <> SHMB_NOT_FOUND Then ShmbCheck result
    Set ShmbList = found
End Function
