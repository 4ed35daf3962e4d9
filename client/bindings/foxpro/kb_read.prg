* The second program of KB article Q188535: shows the text that kb_write.prg wrote.

SET PROCEDURE TO shmb.prg ADDITIVE
LOCAL nSegment, cText, nDone
ShmbDeclare()
nSegment = shmbf_open("hello", 1, 0)
IF m.nSegment < 0
	= MESSAGEBOX("hello cannot be opened: " + ShmbText(m.nSegment))
	RETURN
ENDIF
cText = REPLICATE(CHR(0), 4096)
nDone = shmbf_snapshot_wait(m.nSegment, 0, @cText, LEN(m.cText), 5000)
IF m.nDone < 0
	= MESSAGEBOX("Nothing was read: " + ShmbText(m.nDone))
ELSE
	= MESSAGEBOX("The text is: " + LEFT(m.cText, AT(CHR(0), m.cText + CHR(0)) - 1))
ENDIF
= shmbf_close(m.nSegment)
