# Intune, Devices, Scripts and remediations: the remediation script of intune-detect.ps1. Applies the
# configuration below, and starts the service if it is stopped. Exit code 0: done; 1: the output says
# why not. If the service refuses the configuration, the former one stays.
param(
    [string] $Module = "$env:ProgramFiles\ShmBroker\powershell\ShmBroker",
    [string] $Folder = "$env:ProgramData\ShmBroker"
)

$configuration = @'
version: 1
segments:
  Prices: { size: 4 KiB, access: { write: [Interactive] } }
'@

$ErrorActionPreference = 'Stop'
try {
    Import-Module $Module
    $file = Join-Path $Folder 'intune.yaml'
    [IO.File]::WriteAllText($file, $configuration)
    $update = Update-ShmBrokerConfig $file
    if ((Get-ShmBroker).State -ne 'running') {
        Start-Service ShmBroker
    }
} catch {
    "ShmBroker: $($_.Exception.Message)"
    exit 1
}
"ShmBroker: $($update.Result)"
exit 0
