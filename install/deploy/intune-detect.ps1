# Intune, Devices, Scripts and remediations: the detection script. Exit code 0: the service serves the
# configuration below; 1: it does not, and Intune runs intune-remediate.ps1. Changes nothing but its own
# file.
#
# Settings: run with the logged-on credentials: No; run in 64-bit PowerShell: Yes. The configuration
# stands here and in intune-remediate.ps1: the same text, in ASCII (YAML has "\u00dc" for the rest).
param(
    [string] $Module = "$env:ProgramFiles\ShmBroker\powershell\ShmBroker",
    # Only administrators and the service can write there.
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
    $update = Update-ShmBrokerConfig $file -WhatIf
    $state = (Get-ShmBroker).State
} catch {
    "ShmBroker: $($_.Exception.Message)"
    exit 1
}
if ($update.Changed -or $state -ne 'running') {
    "ShmBroker is $state; the configuration is not the one of Intune"
    exit 1
}
'ShmBroker serves the configuration of Intune'
exit 0
