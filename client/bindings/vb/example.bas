Attribute VB_Name = "example"
' What most programs do: open, write under the lock, read, wait for a change, use a queue, list.
'
'     segments: { VbExample: { size: 64, notify: true, access: { write: [Interactive] } } }
'     queues: { VbOrders: { slots: 16, slot_size: 128, access: { write: [Interactive] } } }
Option Explicit

Public Sub Main()
    Dim prices As Long
    Dim orders As Long
    Dim order() As Byte
    Dim one As Variant

    prices = ShmbOpen("VbExample", SHMB_WRITE, 5000)
    If ShmbLock(prices, 5000) Then
        ShmbWrite prices, 0, ShmbBytes("bid 1.25")
        ShmbWrite prices, 32, ShmbBytes("ask 1.26")
        ShmbUnlock prices
    End If
    If ShmbWaitChanged(prices, 1000) Then
        Debug.Print ShmbString(ShmbSnapshot(prices, 0, 32)), ShmbString(ShmbSnapshot(prices, 32, 32))
    End If
    ShmbClose prices

    orders = ShmbQueueOpen("VbOrders")
    If ShmbQueuePut(orders, ShmbBytes("buy 5"), 1000) Then
        If ShmbQueueGet(orders, order, 1000) Then Debug.Print ShmbString(order)
    End If
    ShmbClose orders

    For Each one In ShmbList()
        Debug.Print one(0), one(4)
    Next
End Sub
