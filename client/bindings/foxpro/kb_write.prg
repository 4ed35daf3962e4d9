* The first program of KB article Q188535: writes a text for another program, which
* can run in another session, as another user, and after this one has ended.
*
*	segments: { hello: { size: 4096, access: { write: [Interactive] } } }

SET PROCEDURE TO shmb.prg ADDITIVE
LOCAL nSegment, cText, nDone
ShmbDeclare()
nSegment = shmbf_open("hello", 2, 0)
IF m.nSegment < 0
	= MESSAGEBOX("hello cannot be opened: " + ShmbText(m.nSegment))
	RETURN
ENDIF
cText = "Hello world, I'm writing to shared memory." + CHR(0)
nDone = shmbf_update(m.nSegment, 0, m.cText, LEN(m.cText), 5000)
IF m.nDone < LEN(m.cText)
	= MESSAGEBOX("Nothing was written: " + ShmbText(MIN(m.nDone, 0)))
ENDIF
= shmbf_close(m.nSegment)
