<#
.SYNOPSIS
Collects what an experiment of first-run.md has shown: a folder of text files, and a zip of it.

.DESCRIPTION
    powershell -ExecutionPolicy Bypass -File collect.ps1 -Experiment Domain

Run it in an elevated prompt. It reads only, and changes nothing but its own output:

    about.txt        the experiment, the time; of Windows the edition, version, language, time of
                     installation and last start; model and memory of the computer, and whether it
                     is in a domain
    shmbroker.txt    the answers of: shmbroker --version, status, status --verify, audit
    service.txt      the answers of: sc qc, queryex, qfailure, qsidtype, qprivs, sdshow
    events.csv       the events of ShmBroker in the Application log
    service.csv      events of the service manager that name ShmBroker
    system.csv       starts, shutdowns and sleeps of the machine, and group policy, in the System log
    files.txt        names, sizes, times, owners and access lists in %ProgramData%\ShmBroker and
                     %ProgramFiles%\ShmBroker; of no file the content
    users\*.txt      what as_user.cmd wrote to -Users, where that is given
    rights.txt       Domain: who has the user rights the service is about; whether a domain
                     controller answers (yes or no)
    processes.txt    Client: of shmbroker.exe: its mitigations and loaded modules; names of
                     antivirus products; whether fast startup is on
    crashes.csv      Client: events of crashes and of blocked code that name shmbroker.exe
    sessions.txt     Rds: the numbers of the sessions, in which of them programs of ShmBroker run,
                     whether this is a session host

The names of the computer, the domain and the user who runs it are replaced by COMPUTER,
DOMAIN (DNSDOMAIN) and USER, and the middle of SIDs by a letter for each domain or computer.
Other names stay: accounts and objects of your configuration, paths of files, modules of
other vendors. Read the files before you send them; delete what must not leave the house.
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $true)][ValidateSet('Domain', 'Client', 'Rds')][string]$Experiment,
    [string]$Out = (Join-Path $env:TEMP ('shmbroker-' + $Experiment + '-' +
            (Get-Date -Format 'yyyyMMdd-HHmmss'))),
    [string]$Program = (Join-Path $env:ProgramFiles 'ShmBroker\shmbroker.exe'),
    [string]$Users,
    [int]$Days = 2
)

$since = (Get-Date).AddDays(-$Days)
$domains = @{}
$words = @(
    @((Get-CimInstance Win32_ComputerSystem).Domain, 'DNSDOMAIN'),
    @($env:COMPUTERNAME, 'COMPUTER'),
    @($env:USERDOMAIN, 'DOMAIN'),
    @($env:USERNAME, 'USER')
)

function Hide-Names([string]$Text) {
    foreach ($pair in $words) {
        if ($pair[0]) {
            $pattern = '(?<!\w)' + [regex]::Escape($pair[0]) + '(?!\w)'
            $Text = [regex]::Replace($Text, $pattern, $pair[1], 'IgnoreCase')
        }
    }
    foreach ($match in [regex]::Matches($Text, 'S-1-5-21-\d+-\d+-\d+')) {
        if (-not $domains.ContainsKey($match.Value)) {
            $domains[$match.Value] = 'S-1-5-21-' + [char](65 + $domains.Count % 26)
        }
        $Text = $Text.Replace($match.Value, $domains[$match.Value])
    }
    return $Text
}

# One part of a file. What fails is written there too: that it failed is a result.
function Write-Part([string]$File, [string]$Title, [scriptblock]$Do) {
    $path = Join-Path $Out $File
    try {
        $text = & $Do 2>&1 | Out-String -Width 300
    } catch {
        $text = 'failed: ' + $_.Exception.Message
    }
    Add-Content -LiteralPath $path -Encoding UTF8 -Value ('== ' + $Title)
    Add-Content -LiteralPath $path -Encoding UTF8 -Value (Hide-Names $text)
}

function Invoke-Tool([string]$File, [string]$Tool, [string[]]$Arguments) {
    Write-Part $File ((Split-Path -Leaf $Tool) + ' ' + ($Arguments -join ' ')) {
        & $Tool $Arguments
        'exit code ' + $LASTEXITCODE
    }
}

function Write-Events([string]$File, [object[]]$Filters, [string]$Part) {
    $rows = @()
    foreach ($filter in $Filters) {
        $filter['StartTime'] = $since
        $found = @()
        try {
            $found = @(Get-WinEvent -FilterHashtable $filter -ErrorAction SilentlyContinue |
                    Where-Object { -not $Part -or $_.Message -like ('*' + $Part + '*') })
        } catch {
            Write-Verbose $_.Exception.Message # this Windows has no such log
        }
        foreach ($entry in $found) {
            $rows += [pscustomobject]@{
                Time = $entry.TimeCreated.ToString('yyyy-MM-dd HH:mm:ss.fff')
                Log = $entry.LogName; Source = $entry.ProviderName; Id = $entry.Id
                Level = $entry.Level; Message = Hide-Names ([string]$entry.Message)
            }
        }
    }
    $path = Join-Path $Out $File
    if ($rows.Count -eq 0) {
        Set-Content -LiteralPath $path -Encoding UTF8 -Value 'no events'
    } else {
        $rows | Sort-Object Time | Export-Csv -LiteralPath $path -NoTypeInformation -Encoding UTF8
    }
}

New-Item -ItemType Directory -Path $Out -Force | Out-Null

Write-Part 'about.txt' 'the run' {
    'experiment: ' + $Experiment
    'time:       ' + (Get-Date -Format o)
    'PowerShell: ' + $PSVersionTable.PSVersion
    $identity = [Security.Principal.WindowsIdentity]::GetCurrent()
    'elevated:   ' + (New-Object Security.Principal.WindowsPrincipal($identity)).IsInRole(
        [Security.Principal.WindowsBuiltInRole]::Administrator)
}
Write-Part 'about.txt' 'Windows' {
    Get-CimInstance Win32_OperatingSystem | Format-List Caption, Version, BuildNumber, OSLanguage,
        OSArchitecture, ProductType, InstallDate, LastBootUpTime
    Get-CimInstance Win32_ComputerSystem | Format-List PartOfDomain, DomainRole, Model,
        TotalPhysicalMemory
}

foreach ($arguments in @(@('--version'), @('status'), @('status', '--verify'), @('audit'))) {
    Invoke-Tool 'shmbroker.txt' $Program $arguments
}
foreach ($verb in 'qc', 'queryex', 'qfailure', 'qsidtype', 'qprivs', 'sdshow') {
    Invoke-Tool 'service.txt' "$env:SystemRoot\System32\sc.exe" @($verb, 'ShmBroker')
}
Write-Events 'events.csv' @(@{ LogName = 'Application'; ProviderName = 'ShmBroker' })
Write-Events 'service.csv' @(@{ LogName = 'System'; ProviderName = 'Service Control Manager' }) `
    'ShmBroker'
Write-Events 'system.csv' @(
    @{ LogName = 'System'; ProviderName = 'Microsoft-Windows-Kernel-Boot'; Id = 20, 27 },
    @{ LogName = 'System'; ProviderName = 'Microsoft-Windows-Kernel-Power'; Id = 41, 42, 107, 109 },
    @{ LogName = 'System'; ProviderName = 'Microsoft-Windows-Kernel-General'; Id = 12, 13 },
    @{ LogName = 'System'; ProviderName = 'Microsoft-Windows-GroupPolicy'; Id = 1129, 1500, 1501, 1502, 1503 }
)
foreach ($folder in (Join-Path $env:ProgramData 'ShmBroker'), (Split-Path -Parent $Program)) {
    Write-Part 'files.txt' $folder {
        Get-ChildItem -LiteralPath $folder -Recurse -Force |
            Format-Table Mode, Length, LastWriteTime, FullName -AutoSize
        Get-Item -LiteralPath $folder -Force | ForEach-Object { Get-Acl -LiteralPath $_.FullName } |
            Format-List Path, Owner, Sddl
        Get-ChildItem -LiteralPath $folder -Recurse -Force |
            ForEach-Object { Get-Acl -LiteralPath $_.FullName } | Format-List Path, Owner, Sddl
    }
}
if ($Users) {
    New-Item -ItemType Directory -Path (Join-Path $Out 'users') -Force | Out-Null
    foreach ($file in Get-ChildItem -LiteralPath $Users -Filter '*.txt') {
        Set-Content -LiteralPath (Join-Path $Out ('users\' + $file.Name)) -Encoding UTF8 `
            -Value (Hide-Names (Get-Content -LiteralPath $file.FullName -Raw))
    }
}

if ($Experiment -eq 'Domain') {
    # secedit writes the rights to a file, of which only these lines are taken.
    Write-Part 'rights.txt' 'user rights' {
        $export = Join-Path $Out 'rights.inf'
        & "$env:SystemRoot\System32\secedit.exe" /export /mergedpolicy /areas USER_RIGHTS /cfg $export /quiet
        'exit code ' + $LASTEXITCODE
        Get-Content -LiteralPath $export | Select-String -Pattern ('^(SeServiceLogonRight|' +
            'SeDenyServiceLogonRight|SeCreateGlobalPrivilege|SeChangeNotifyPrivilege|' +
            'SeSecurityPrivilege|SeDebugPrivilege)')
        Remove-Item -LiteralPath $export -ErrorAction SilentlyContinue
    }
    Write-Part 'rights.txt' 'a domain controller answers (0: yes)' {
        $domain = (Get-CimInstance Win32_ComputerSystem).Domain
        & "$env:SystemRoot\System32\nltest.exe" ('/dsgetdc:' + $domain) /force | Out-Null
        'nltest: exit code ' + $LASTEXITCODE
    }
}

if ($Experiment -eq 'Client') {
    foreach ($process in @(Get-Process -Name shmbroker -ErrorAction SilentlyContinue)) {
        Write-Part 'processes.txt' ('mitigations of process ' + $process.Id) {
            Get-ProcessMitigation -Id $process.Id
        }
        Write-Part 'processes.txt' ('modules of process ' + $process.Id) {
            $process.Modules | Format-Table FileName, FileVersion, Company -AutoSize
        }
    }
    Write-Part 'processes.txt' 'antivirus' {
        Get-CimInstance -Namespace root/SecurityCenter2 -ClassName AntiVirusProduct |
            Format-Table displayName, productState -AutoSize
    }
    Write-Part 'processes.txt' 'fast startup (1: on)' {
        (Get-ItemProperty 'HKLM:\SYSTEM\CurrentControlSet\Control\Session Manager\Power').HiberbootEnabled
        & "$env:SystemRoot\System32\powercfg.exe" /a
    }
    Write-Events 'crashes.csv' @(
        @{ LogName = 'Application'; ProviderName = 'Application Error' },
        @{ LogName = 'Application'; ProviderName = 'Windows Error Reporting' },
        @{ LogName = 'Microsoft-Windows-Security-Mitigations/KernelMode' },
        @{ LogName = 'Microsoft-Windows-Security-Mitigations/UserMode' },
        @{ LogName = 'Microsoft-Windows-CodeIntegrity/Operational' },
        @{ LogName = 'Microsoft-Windows-Windows Defender/Operational' }
    ) 'shmbroker'
}

if ($Experiment -eq 'Rds') {
    Write-Part 'sessions.txt' 'sessions in which a shell runs, and programs of ShmBroker' {
        Get-Process -Name explorer, shmbroker, shmb, old_foxpro, old_kb -ErrorAction SilentlyContinue |
            Sort-Object SessionId | Format-Table SessionId, ProcessName, Id -AutoSize
    }
    Write-Part 'sessions.txt' 'a session host (1: yes)' {
        (Get-CimInstance -Namespace root/cimv2/TerminalServices `
            -ClassName Win32_TerminalServiceSetting).TerminalServerMode
    }
}

$zip = $Out + '.zip'
Compress-Archive -Path (Join-Path $Out '*') -DestinationPath $zip -Force
Write-Output ('Read the files in ' + $Out)
Write-Output ('To be sent back:  ' + $zip)
