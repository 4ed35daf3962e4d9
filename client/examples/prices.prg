* A price that all programs on this machine share. shmb.prg (client/bindings/foxpro) and
* the 32-bit shmbclient.dll must be in the folder of the program or in the path.
*
*     DO prices WITH "1.25"     writes it
*     DO prices                 shows it
LPARAMETERS lcPrice
LOCAL lnPrices, lcText, lnDone

SET PROCEDURE TO shmb.prg ADDITIVE
ShmbDeclare()

lnPrices = shmbf_open("Prices", IIF(EMPTY(lcPrice), 1, 2), 0)
IF lnPrices < 0
    ? "Prices: " + ShmbText(lnPrices)
    RETURN
ENDIF
lnDone = 0
IF !EMPTY(lcPrice)
    * Locks, writes the text with its terminator, unlocks.
    lnDone = shmbf_update(lnPrices, 0, lcPrice + CHR(0), LEN(lcPrice) + 1, 5000)
ENDIF
IF lnDone >= 0
    * Copies the bytes, never with half a write; waits for programs that write.
    lcText = REPLICATE(CHR(0), 64)
    lnDone = shmbf_snapshot_wait(lnPrices, 0, @lcText, 64, 5000)
ENDIF
= shmbf_close(lnPrices)
IF lnDone < 0
    ? "Prices: " + ShmbText(lnDone)
    RETURN
ENDIF
? LEFT(lcText, AT(CHR(0), lcText + CHR(0)) - 1)
