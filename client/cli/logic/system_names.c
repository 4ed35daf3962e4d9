/*
 * Patterns as starter_fits takes them, by who makes the objects. Names of a common form, such as
 * a GUID alone, are here only where they are known: other programs use the form, too.
 */
#include "system_names.h"

#include <stddef.h>

#include "first_configuration.h"

static const char *const patterns[] = {
    /* the service manager, the local security authority, logon and remote desktop */
    "SvcctrlStartEvent_A3752DX",
    "SC_AutoStartComplete",
    "ScNetDrvMsg",
    "LSA_RPC_SERVER_ACTIVE",
    "TermSrvReadyEvent",
    "RCMReadyEvent",
    "RdpCommandChannel-Session*",
    "RdpUpdateBuffer-Session*",
    "userenv: *",
    "SENS Information Cache",
    "Debug.Trace.Memory.*",
    /* COM, and its catalogue */
    "__ComCatalogCache__",
    "RotHintTable",
    "{A64C7F33-DA35-459b-96CA-63B51FB0CDB9}",
    /* Windows Implementation Library: SM0:PROCESS:SIZE:WilStaging_02 and the like, in most programs
     */
    "SM0:*",
    /* OutputDebugString */
    "DBWIN_BUFFER",
    "DBWIN_BUFFER_READY",
    "DBWIN_DATA_READY",
    "DBWinMutex",
    /* performance counters and WMI */
    "*_Perf_Library_Lock_PID_*",
    "Wmi Provider Sub System Counters",
    "WmiProviderSubSystem*",
    /* the shell and its caches; * in the names stands for a backslash of the path */
    "windows_shell_global_counters",
    "windows_webcache_counters_*",
    "?:*Microsoft?Windows?Caches*",
    "SessionImmersiveColorPreference",
    "*HWNDInterface:*",
    "shell.{*",
    "F932B6C7-3A20-46A0-B8A0-8894AA421973",
    "ShimCacheMutex",
    /* input methods */
    "MSCTF.*",
    "CTF.*Mutex*",
    "CTF.*ListCache.*",
    "CicLoadWinStaWinSta0",
    /* code pages, and the zones of Internet Explorer */
    "NLS_CodePage_*",
    "UrlZonesSM_*",
    "Zones*Mutex*",
    /* .NET Framework: one for each process */
    "Cor_Private_IPCBlock_*",
    "Cor_Public_IPCBlock_*",
    "Cor_SxSPublic_IPCBlock*",
    /* Windows Installer, and Hyper-V in a guest */
    "_MSIExecute",
    "vmictimesync-mem-*",
};

bool system_name(const char *name)
{
    size_t i;

    for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
        if (starter_fits(patterns[i], name))
            return true;
    return false;
}
