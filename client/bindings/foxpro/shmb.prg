* shmb.prg - shared memory for Visual FoxPro, on shmbclient.dll (32 bit).
*
*	SET PROCEDURE TO shmb.prg ADDITIVE
*	oMemory = CREATEOBJECT("SharedMemory", "MYAPPSHAREDMEMORY", 1024)
*	oMemory.WriteToSharedMemory("a text")
*	? oMemory.ReadFromSharedMemory(6)
*
* The class has the name and the methods of the well-known SharedMemory class, and
* replaces its file. The name decides which memory it uses:
*
*	Global\X	the broker's segment X, for all sessions
*	X		the broker's segment X if there is one; otherwise private
*			memory of this user in this session, as before
*
* With a plain name, a program that starts before the broker uses private memory until
* it closes it. Write Global\ to prevent that.
*
* The class MessageQueue is a queue of the broker, ShmbList lists what the broker holds; README.md
* has an example. For the other calls of the library see client/include/shmb_flat.h. ShmbDeclare
* declares them; tests/checks/foxpro.py compares every line of it with that header.

#DEFINE SHMB_NOT_FOUND		-1
#DEFINE SHMB_NO_BROKER		-2
#DEFINE SHMB_ACCESS_DENIED	-3
#DEFINE SHMB_RANGE			-8
#DEFINE SHMB_TIMEOUT		-9
#DEFINE SHMB_READ			1
#DEFINE SHMB_WRITE			2
#DEFINE LOCK_WAIT_MS		5000
#DEFINE TEXT_BYTES			1024
#DEFINE NAME_BYTES			604

* Call this once before the first shmbf_ call; the class does it itself.
PROCEDURE ShmbDeclare
	DECLARE INTEGER shmbf_open IN shmbclient.dll STRING name, INTEGER rights, INTEGER wait_ms
	DECLARE INTEGER shmbf_private IN shmbclient.dll STRING name, INTEGER size
	DECLARE INTEGER shmbf_close IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_name IN shmbclient.dll INTEGER segment, STRING @buffer, INTEGER size
	DECLARE INTEGER shmbf_size IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_read IN shmbclient.dll INTEGER segment, INTEGER offset, ;
		STRING @buffer, INTEGER count
	DECLARE INTEGER shmbf_write IN shmbclient.dll INTEGER segment, INTEGER offset, ;
		STRING buffer, INTEGER count
	DECLARE INTEGER shmbf_update IN shmbclient.dll INTEGER segment, INTEGER offset, ;
		STRING buffer, INTEGER count, INTEGER timeout_ms
	DECLARE INTEGER shmbf_snapshot IN shmbclient.dll INTEGER segment, INTEGER offset, ;
		STRING @buffer, INTEGER count
	DECLARE INTEGER shmbf_snapshot_wait IN shmbclient.dll INTEGER segment, INTEGER offset, ;
		STRING @buffer, INTEGER count, INTEGER timeout_ms
	DECLARE INTEGER shmbf_write_begin IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_write_end IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_lock IN shmbclient.dll INTEGER segment, INTEGER timeout_ms
	DECLARE INTEGER shmbf_unlock IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_mark_consistent IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_restore IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_abandoned IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_first IN shmbclient.dll INTEGER segment, INTEGER timeout_ms
	DECLARE INTEGER shmbf_init_done IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_wait_changed IN shmbclient.dll INTEGER segment, INTEGER timeout_ms
	DECLARE INTEGER shmbf_subscribe IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_unsubscribe IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_state IN shmbclient.dll INTEGER segment
	DECLARE INTEGER shmbf_queue_open IN shmbclient.dll STRING name, INTEGER rights, INTEGER wait_ms
	DECLARE INTEGER shmbf_queue_put IN shmbclient.dll INTEGER queue, STRING bytes, ;
		INTEGER count, INTEGER timeout_ms
	DECLARE INTEGER shmbf_queue_get IN shmbclient.dll INTEGER queue, STRING @buffer, ;
		INTEGER size, INTEGER timeout_ms
	DECLARE INTEGER shmbf_queue_peek IN shmbclient.dll INTEGER queue, STRING @buffer, INTEGER size
	DECLARE INTEGER shmbf_queue_messages IN shmbclient.dll INTEGER queue
	DECLARE INTEGER shmbf_queue_slot_size IN shmbclient.dll INTEGER queue
	DECLARE INTEGER shmbf_queue_clear IN shmbclient.dll INTEGER queue
	DECLARE INTEGER shmbf_list_open IN shmbclient.dll
	DECLARE INTEGER shmbf_list_next IN shmbclient.dll INTEGER list
	DECLARE INTEGER shmbf_list_name IN shmbclient.dll INTEGER list, STRING @buffer, INTEGER size
	DECLARE INTEGER shmbf_list_kind IN shmbclient.dll INTEGER list
	DECLARE INTEGER shmbf_list_state IN shmbclient.dll INTEGER list
	DECLARE INTEGER shmbf_list_flags IN shmbclient.dll INTEGER list
	DECLARE INTEGER shmbf_list_bytes IN shmbclient.dll INTEGER list
	DECLARE INTEGER shmbf_open_object IN shmbclient.dll STRING name, INTEGER kind, ;
		INTEGER rights, INTEGER wait_ms
	DECLARE INTEGER shmbf_request IN shmbclient.dll STRING name, INTEGER kind, INTEGER size, ;
		INTEGER wait_ms
	DECLARE INTEGER shmbf_request_ask IN shmbclient.dll STRING name, INTEGER kind, ;
		INTEGER size, INTEGER wait_ms
	DECLARE INTEGER shmbf_request_event IN shmbclient.dll STRING name, INTEGER flags, ;
		INTEGER wait_ms
	DECLARE INTEGER shmbf_request_semaphore IN shmbclient.dll STRING name, INTEGER initial, ;
		INTEGER maximum, INTEGER wait_ms
	DECLARE INTEGER shmbf_request_reason IN shmbclient.dll
	DECLARE INTEGER shmbf_release IN shmbclient.dll STRING name, INTEGER wait_ms
	DECLARE INTEGER shmbf_result_text IN shmbclient.dll INTEGER result, STRING @buffer, ;
		INTEGER size
	DECLARE INTEGER shmbf_system_code IN shmbclient.dll
ENDPROC

* A sentence for a result of any of these calls.
FUNCTION ShmbText(nResult)
	LOCAL cText, nLength
	cText = REPLICATE(CHR(0), TEXT_BYTES)
	nLength = shmbf_result_text(m.nResult, @cText, TEXT_BYTES)
	RETURN LEFT(m.cText, m.nLength)
ENDFUNC

* Asks the broker to hold a segment that the configuration does not name: open it afterwards, with
* Global\ before its name. A rule of the configuration (`requests:`) decides. 1: made by this call. 0:
* it existed. Below 0: the library's result; ShmbText(nResult) says which rule refused it and why,
* ShmbRequestReason() is one of SHMB_REASON_... of shmb.h. For other kinds: shmbf_request and so on.
FUNCTION ShmbRequest(cName, nSize)
	ShmbDeclare()
	RETURN shmbf_request(m.cName, 0, m.nSize, LOCK_WAIT_MS)
ENDFUNC

* What ShmbRequest would return; nothing else happens.
FUNCTION ShmbRequestAsk(cName, nSize)
	ShmbDeclare()
	RETURN shmbf_request_ask(m.cName, 0, m.nSize, LOCK_WAIT_MS)
ENDFUNC

FUNCTION ShmbRequestReason
	ShmbDeclare()
	RETURN shmbf_request_reason()
ENDFUNC

* Gives back an object that this account has requested. 0, or the library's negative result.
FUNCTION ShmbRelease(cName)
	ShmbDeclare()
	RETURN shmbf_release(m.cName, LOCK_WAIT_MS)
ENDFUNC

* Fills an array with a row for each object that the broker holds: name, kind (0 segment, 1 mutex,
* 2 event, 3 semaphore, 4 queue), state (1 held, 2 conflict, 3 failed), flags (SHMB_FLAG_... of
* shmb.h) and bytes, -8 where they are 2 GiB or more. Returns the number of rows, or the library's
* negative result: nRows = ShmbList(@aFound). A name that the code page does not have is empty.
FUNCTION ShmbList(aFound)
	LOCAL nList, nRows, nNext, cName, nLength
	EXTERNAL ARRAY aFound
	ShmbDeclare()
	nList = shmbf_list_open()
	IF m.nList < 0
		RETURN m.nList
	ENDIF
	nRows = 0
	nNext = shmbf_list_next(m.nList)
	DO WHILE m.nNext = 0
		nRows = m.nRows + 1
		DIMENSION aFound[m.nRows, 5]
		cName = REPLICATE(CHR(0), NAME_BYTES)
		nLength = shmbf_list_name(m.nList, @cName, NAME_BYTES)
		aFound[m.nRows, 1] = LEFT(m.cName, MAX(m.nLength, 0))
		aFound[m.nRows, 2] = shmbf_list_kind(m.nList)
		aFound[m.nRows, 3] = shmbf_list_state(m.nList)
		aFound[m.nRows, 4] = shmbf_list_flags(m.nList)
		aFound[m.nRows, 5] = shmbf_list_bytes(m.nList)
		nNext = shmbf_list_next(m.nList)
	ENDDO
	= shmbf_close(m.nList)
	RETURN IIF(m.nNext = SHMB_NOT_FOUND, m.nRows, m.nNext)
ENDFUNC

* What both classes have.
DEFINE CLASS ShmbObject AS Session
	* Of the last call: 0, or the Win32 code of the failure, or, if no call of Windows
	* failed, the library's negative result. errortext is the same as a sentence.
	errorcode = 0
	errortext = ""

	* Stores the failure and returns 0; returns a result that is not a failure.
	PROTECTED FUNCTION Checked(nResult)
		IF m.nResult >= 0
			THIS.errorcode = 0
			THIS.errortext = ""
			RETURN m.nResult
		ENDIF
		THIS.errorcode = shmbf_system_code()
		THIS.errortext = ShmbText(m.nResult)
		IF THIS.errorcode = 0
			THIS.errorcode = m.nResult
		ENDIF
		RETURN 0
	ENDFUNC

	* .T.: done. .F.: timed out, and errorcode is 0, or a failure.
	PROTECTED FUNCTION InTime(nResult)
		= THIS.Checked(IIF(m.nResult = SHMB_TIMEOUT, 0, m.nResult))
		RETURN m.nResult >= 0
	ENDFUNC
ENDDEFINE

DEFINE CLASS SharedMemory AS ShmbObject
	PROTECTED nSegment, nBytes
	nSegment = 0
	nBytes = 0

	PROCEDURE Init(cMappingName, nBufsize)
		ShmbDeclare()
		THIS.Obtain(m.cMappingName, m.nBufsize)
	ENDPROC

	PROCEDURE Destroy
		IF THIS.nSegment <> 0
			= shmbf_close(THIS.nSegment)
			THIS.nSegment = 0
		ENDIF
	ENDPROC

	FUNCTION GetSharedMemorySize
		RETURN THIS.nBytes
	ENDFUNC

	* Returns the number of bytes written. nOffset is zero-based.
	FUNCTION WriteToSharedMemory(cBuffer, nOffset)
		LOCAL nCount
		IF THIS.nSegment = 0
			RETURN 0
		ENDIF
		IF VARTYPE(m.nOffset) <> "N"
			nOffset = 0
		ENDIF
		nCount = MAX(MIN(THIS.nBytes - m.nOffset, LEN(m.cBuffer)), 0)
		RETURN THIS.Checked(shmbf_update(THIS.nSegment, m.nOffset, m.cBuffer, m.nCount, LOCK_WAIT_MS))
	ENDFUNC

	* nOffset is zero-based; without nBytesToRead, reads to the end. "" on failure.
	FUNCTION ReadFromSharedMemory(nBytesToRead, nOffset)
		LOCAL cBuffer, nCount, nDone
		IF THIS.nSegment = 0
			RETURN ""
		ENDIF
		IF VARTYPE(m.nOffset) <> "N"
			nOffset = 0
		ENDIF
		IF VARTYPE(m.nBytesToRead) <> "N"
			nBytesToRead = THIS.nBytes
		ENDIF
		nCount = MAX(MIN(THIS.nBytes - m.nOffset, m.nBytesToRead), 0)
		cBuffer = REPLICATE(CHR(0), m.nCount)
		nDone = shmbf_snapshot_wait(THIS.nSegment, m.nOffset, @cBuffer, m.nCount, LOCK_WAIT_MS)
		IF m.nDone < 0 AND m.nDone <> SHMB_RANGE	&& private memory, or busy writers
			nDone = THIS.ReadLocked(m.nOffset, @cBuffer, m.nCount)
		ENDIF
		RETURN LEFT(m.cBuffer, THIS.Checked(m.nDone))
	ENDFUNC

	* The lock around several calls, in one program at a time. .F.: timed out, and errorcode is 0, or
	* a failure. Release it as often as it was taken, and before a READ EVENTS or a form waits.
	FUNCTION LockSharedMemory(nTimeout)
		RETURN THIS.InTime(shmbf_lock(THIS.nSegment, m.nTimeout))
	ENDFUNC

	PROCEDURE UnlockSharedMemory
		= THIS.Checked(shmbf_unlock(THIS.nSegment))
	ENDPROC

	* With the lock: .T. if a program died with it, so that the content may be half written. Repair
	* it, and call MarkConsistent.
	FUNCTION IsAbandoned
		RETURN THIS.Checked(shmbf_abandoned(THIS.nSegment)) = 1
	ENDFUNC

	PROCEDURE MarkConsistent
		= THIS.Checked(shmbf_mark_consistent(THIS.nSegment))
	ENDPROC

	* .T.: there was a change since the last call that returned .T.; the first call, since the memory
	* was opened. .F.: timed out, and errorcode is 0, or a failure. Needs `notify: true`. Nothing
	* else runs in this program meanwhile: in a Timer, use 0.
	FUNCTION WaitForChange(nTimeout)
		RETURN THIS.InTime(shmbf_wait_changed(THIS.nSegment, m.nTimeout))
	ENDFUNC

	PROTECTED FUNCTION ReadLocked(nOffset, cBuffer, nCount)
		LOCAL nDone
		nDone = shmbf_lock(THIS.nSegment, LOCK_WAIT_MS)
		IF m.nDone >= 0
			nDone = shmbf_read(THIS.nSegment, m.nOffset, @cBuffer, m.nCount)
			= shmbf_unlock(THIS.nSegment)
		ENDIF
		RETURN m.nDone
	ENDFUNC

	PROTECTED PROCEDURE Obtain(cName, nSize)
		LOCAL nSegment
		nSegment = shmbf_open(m.cName, SHMB_WRITE, 0)
		IF m.nSegment = SHMB_ACCESS_DENIED
			nSegment = shmbf_open(m.cName, SHMB_READ, 0)
		ENDIF
		IF INLIST(m.nSegment, SHMB_NOT_FOUND, SHMB_NO_BROKER) ;
				AND NOT LEFT(m.cName, 7) == "Global\"
			nSegment = shmbf_private(m.cName, m.nSize)
		ENDIF
		IF m.nSegment > 0 AND shmbf_size(m.nSegment) < m.nSize
			= shmbf_close(m.nSegment)
			nSegment = SHMB_RANGE
		ENDIF
		IF THIS.Checked(m.nSegment) > 0
			THIS.nSegment = m.nSegment
			THIS.nBytes = m.nSize
		ENDIF
	ENDPROC
ENDDEFINE

* A queue of the broker: oQueue = CREATEOBJECT("MessageQueue", "Orders"). Messages are bytes.
DEFINE CLASS MessageQueue AS ShmbObject
	PROTECTED nQueue, nMost
	nQueue = 0
	nMost = 0

	PROCEDURE Init(cName)
		ShmbDeclare()
		THIS.nQueue = THIS.Checked(shmbf_queue_open(m.cName, SHMB_WRITE, 0))
		IF THIS.nQueue > 0
			THIS.nMost = shmbf_queue_slot_size(THIS.nQueue)
		ENDIF
	ENDPROC

	PROCEDURE Destroy
		IF THIS.nQueue <> 0
			= shmbf_close(THIS.nQueue)
			THIS.nQueue = 0
		ENDIF
	ENDPROC

	* .T.: put. .F.: the queue is full, and errorcode is 0, or a failure.
	FUNCTION PutMessage(cMessage, nTimeout)
		RETURN THIS.InTime(shmbf_queue_put(THIS.nQueue, m.cMessage, LEN(m.cMessage), m.nTimeout))
	ENDFUNC

	* The oldest message. NULL: there is none, and errorcode is 0, or a failure.
	FUNCTION GetMessage(nTimeout)
		LOCAL cMessage, nLength
		cMessage = REPLICATE(CHR(0), THIS.nMost)
		nLength = shmbf_queue_get(THIS.nQueue, @cMessage, THIS.nMost, m.nTimeout)
		RETURN IIF(THIS.InTime(m.nLength), LEFT(m.cMessage, MAX(m.nLength, 0)), NULL)
	ENDFUNC

	* The same, and leaves it in the queue.
	FUNCTION PeekMessage
		LOCAL cMessage, nLength
		cMessage = REPLICATE(CHR(0), THIS.nMost)
		nLength = shmbf_queue_peek(THIS.nQueue, @cMessage, THIS.nMost)
		RETURN IIF(THIS.InTime(m.nLength), LEFT(m.cMessage, MAX(m.nLength, 0)), NULL)
	ENDFUNC

	* The number of messages in the queue.
	FUNCTION GetMessageCount
		RETURN THIS.Checked(shmbf_queue_messages(THIS.nQueue))
	ENDFUNC

	* Removes all messages, and returns how many.
	FUNCTION ClearMessages
		RETURN THIS.Checked(shmbf_queue_clear(THIS.nQueue))
	ENDFUNC
ENDDEFINE
