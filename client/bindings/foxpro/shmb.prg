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
* For the other calls of the library see client/include/shmb_flat.h. ShmbDeclare
* declares them; tests/checks/foxpro.py compares every line of it with that header.

#DEFINE SHMB_NOT_FOUND		-1
#DEFINE SHMB_NO_BROKER		-2
#DEFINE SHMB_ACCESS_DENIED	-3
#DEFINE SHMB_RANGE			-8
#DEFINE SHMB_READ			1
#DEFINE SHMB_WRITE			2
#DEFINE LOCK_WAIT_MS		5000
#DEFINE TEXT_BYTES			1024

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

DEFINE CLASS SharedMemory AS Session
	PROTECTED nSegment, nBytes
	nSegment = 0
	nBytes = 0
	* Of the last call: 0, or the Win32 code of the failure, or, if no call of Windows
	* failed, the library's negative result. errortext is the same as a sentence.
	errorcode = 0
	errortext = ""

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
ENDDEFINE
