* What most programs do: open, write under the lock, read, wait for a change, use a queue, list.
*
*	segments: { FoxExample: { size: 64, notify: true, access: { write: [Interactive] } } }
*	queues: { FoxOrders: { slots: 16, slot_size: 128, access: { write: [Interactive] } } }

SET PROCEDURE TO shmb.prg ADDITIVE
LOCAL oMemory, oOrders, cOrder, nRows, nRow
LOCAL ARRAY aFound[1]

oMemory = CREATEOBJECT("SharedMemory", "Global\FoxExample", 64)
IF oMemory.errorcode <> 0
	? oMemory.errortext
	RETURN
ENDIF
IF oMemory.LockSharedMemory(5000)
	oMemory.WriteToSharedMemory("bid 1.25", 0)
	oMemory.WriteToSharedMemory("ask 1.26", 32)
	oMemory.UnlockSharedMemory()
ENDIF
IF oMemory.WaitForChange(1000)
	? oMemory.ReadFromSharedMemory(8, 0), oMemory.ReadFromSharedMemory(8, 32)
ENDIF

oOrders = CREATEOBJECT("MessageQueue", "FoxOrders")
IF oOrders.PutMessage("buy 5", 1000)
	cOrder = oOrders.GetMessage(1000)
	? IIF(ISNULL(m.cOrder), "no order", m.cOrder)
ENDIF

nRows = ShmbList(@aFound)
IF m.nRows < 0
	? ShmbText(m.nRows)
ENDIF
FOR nRow = 1 TO m.nRows
	? aFound[m.nRow, 1], aFound[m.nRow, 5]
NEXT
