* A form that shows a segment and its changes: run it twice, in two sessions, and
* write in one of them.
*
*	segments: { Notice: { size: 1024, notify: true, access: { write: [Interactive] } } }

SET PROCEDURE TO shmb.prg ADDITIVE
LOCAL oForm
oForm = CREATEOBJECT("NoticeForm")
oForm.Show(1)

DEFINE CLASS NoticeForm AS Form
	Caption = "Notice"
	Width = 420
	Height = 190
	oMemory = NULL

	ADD OBJECT edtNotice AS EditBox WITH Left = 8, Top = 8, Width = 404, Height = 130
	ADD OBJECT cmdWrite AS CommandButton WITH ;
		Left = 8, Top = 150, Width = 120, Height = 28, Caption = "Write"
	ADD OBJECT tmrWatch AS Timer WITH Interval = 250

	PROCEDURE Init
		THIS.oMemory = CREATEOBJECT("SharedMemory", "Global\Notice", 1024)
		IF THIS.oMemory.errorcode <> 0
			= MESSAGEBOX(THIS.oMemory.errortext)
			RETURN .F.
		ENDIF
		THIS.ShowNotice()
	ENDPROC

	PROCEDURE ShowNotice
		THIS.edtNotice.Value = RTRIM(CHRTRAN(THIS.oMemory.ReadFromSharedMemory(), CHR(0), " "))
	ENDPROC

	PROCEDURE cmdWrite.Click
		THISFORM.oMemory.WriteToSharedMemory(PADR(THISFORM.edtNotice.Value, ;
			THISFORM.oMemory.GetSharedMemorySize()))
	ENDPROC

	* Does not wait.
	PROCEDURE tmrWatch.Timer
		IF THISFORM.oMemory.WaitForChange(0)
			THISFORM.ShowNotice()
		ENDIF
	ENDPROC
ENDDEFINE
