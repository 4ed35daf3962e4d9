# ShmBroker for Windows PowerShell 5.1 and PowerShell 7: status, objects, check, installation and
# roll-out as objects. These functions run shmbroker.exe with --json and make objects of the
# document that it prints; client/json.md describes the documents. Those that read and write segments
# call the library for .NET.
#
# Keep this file in ASCII: Windows PowerShell reads a file without a byte order mark in the ANSI
# code page. tests/checks/powershell.py holds each member of a document that is used here against
# client/json.md: a variable with a document, or a part of one, has a name that begins with "json".

Set-StrictMode -Version 3.0
$script:clientLoaded = $false

# ---- the program ----

# What is registered as the service; $null: nothing.
function Find-RegisteredProgram {
    $key = 'HKLM:\SYSTEM\CurrentControlSet\Services\ShmBroker'
    $value = Get-ItemProperty -LiteralPath $key -Name ImagePath -ErrorAction Ignore
    if ($null -eq $value) {
        return $null
    }
    if ($value.ImagePath -match '^\s*"([^"]+)"' -or $value.ImagePath -match '^\s*(\S+)') {
        return [Environment]::ExpandEnvironmentVariables($Matches[1])
    }
    return $null
}

# What came with this module: in its folder, or in the folder bin of the tree it is part of.
function Find-ProgramBeside {
    $places = @(
        [IO.Path]::Combine($PSScriptRoot, 'shmbroker.exe')
        [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', 'bin', 'shmbroker.exe'))
    )
    foreach ($place in $places) {
        if (Test-Path -LiteralPath $place -PathType Leaf) {
            return $place
        }
    }
    return $null
}

function Find-ProgramOnPath {
    $command = Get-Command -Name shmbroker -CommandType Application -ErrorAction Ignore |
        Select-Object -First 1
    if ($null -ne $command) {
        return $command.Path
    }
    return $null
}

# Install: a new version comes with the module, the registered one is the former.
function Find-Program([switch] $Install) {
    $found = @(Find-RegisteredProgram; Find-ProgramBeside; Find-ProgramOnPath)
    if ($Install) {
        $found = @(Find-ProgramBeside; Find-ProgramOnPath; Find-RegisteredProgram)
    }
    foreach ($program in $found) {
        if ($program) {
            return $program
        }
    }
    return $null
}

# A command line that CommandLineToArgvW takes apart into the same words. ProcessStartInfo has no
# list of arguments in Windows PowerShell.
function Join-Argument([string[]] $Argument) {
    $words = foreach ($word in $Argument) {
        if ($word -match '[\s"]' -or $word -eq '') {
            '"' + (($word -replace '(\\*)"', '$1$1\"') -replace '(\\+)$', '$1$1') + '"'
        } else {
            $word
        }
    }
    return $words -join ' '
}

# Runs the program. Both outputs are UTF-8, whatever [Console]::OutputEncoding is, which only a
# process with a console can set.
function Start-Program([string] $Program, [string[]] $Argument) {
    $start = New-Object System.Diagnostics.ProcessStartInfo
    $start.FileName = $Program
    $start.Arguments = Join-Argument $Argument
    $start.UseShellExecute = $false
    $start.CreateNoWindow = $true
    $start.RedirectStandardOutput = $true
    $start.RedirectStandardError = $true
    $start.StandardOutputEncoding = New-Object System.Text.UTF8Encoding $false
    $start.StandardErrorEncoding = New-Object System.Text.UTF8Encoding $false
    $process = [System.Diagnostics.Process]::Start($start)
    try {
        $output = $process.StandardOutput.ReadToEndAsync()
        $errors = $process.StandardError.ReadToEndAsync()
        # Ctrl+C is noticed between two waits. It does not end the program: a roll-out that has
        # begun comes to its end.
        while (-not $process.WaitForExit(200)) { }
        $process.WaitForExit()
        [PSCustomObject] @{ ExitCode = $process.ExitCode; Output = $output.Result; Errors = $errors.Result }
    } finally {
        $process.Dispose()
    }
}

# ---- errors ----

$categories = @{
    NOT_FOUND = 'ObjectNotFound'; USAGE = 'InvalidArgument'; BAD_NAME = 'InvalidArgument'
    BAD_ARGUMENT = 'InvalidArgument'; ACCESS_DENIED = 'PermissionDenied'; TIMEOUT = 'OperationTimeout'
    BUSY = 'ResourceBusy'; NO_BROKER = 'ResourceUnavailable'; NOT_INSTALLED = 'ResourceUnavailable'
    CONFLICT = 'ResourceExists'
}

# What callers catch: the identifier is Code, Exception.Data has ExitCode, Code, and what Data adds.
function New-ErrorRecord([string] $Message, [string] $Code, [int] $ExitCode, $Target, [hashtable] $Data = @{}) {
    $exception = New-Object System.InvalidOperationException $Message
    $exception.Data['Code'] = $Code
    $exception.Data['ExitCode'] = $ExitCode
    foreach ($key in $Data.Keys) {
        $exception.Data[$key] = $Data[$key]
    }
    $category = 'InvalidResult'
    if ($categories.ContainsKey($Code)) {
        $category = $categories[$Code]
    }
    return New-Object System.Management.Automation.ErrorRecord $exception, $Code, $category, $Target
}

# What a parser for .NET has made of a document, as ConvertFrom-Json would.
function ConvertFrom-Dictionary($Value) {
    if ($Value -is [Collections.IDictionary]) {
        $members = [ordered] @{}
        foreach ($key in $Value.Keys) {
            $members[$key] = ConvertFrom-Dictionary $Value[$key]
        }
        return [PSCustomObject] $members
    }
    if ($Value -is [array]) {
        return , @(foreach ($one in $Value) { ConvertFrom-Dictionary $one })
    }
    return $Value
}

# The ConvertFrom-Json of Windows PowerShell takes 2 MB, which the status of thousands of objects
# exceeds. Its own parser takes more, but is much slower here.
function ConvertFrom-Document([string] $Text) {
    if ($PSVersionTable.PSEdition -eq 'Desktop' -and $Text.Length -gt 2MB) {
        Add-Type -AssemblyName System.Web.Extensions
        $parser = New-Object System.Web.Script.Serialization.JavaScriptSerializer
        $parser.MaxJsonLength = [int]::MaxValue
        return ConvertFrom-Dictionary $parser.DeserializeObject($Text)
    }
    $options = @{}
    if ((Get-Command -Name ConvertFrom-Json).Parameters.ContainsKey('DateKind')) {
        $options.DateKind = 'String' # a name that looks like a time stays a name
    }
    return $Text | ConvertFrom-Json @options
}

# Runs a verb for the function whose $PSCmdlet is Caller, and returns its document and its exit
# code. A failure ends that function with an error. Shows the warnings of the document, unless NoWarning.
function Invoke-Verb($Caller, [string] $Verb, [string[]] $Argument = @(), [switch] $Install,
    [switch] $NoWarning) {
    $program = Find-Program -Install:$Install
    if (-not $program) {
        $text = 'shmbroker.exe was not found: no service ShmBroker is registered, it is not beside the module, and it is not on the path'
        $Caller.ThrowTerminatingError((New-ErrorRecord $text 'NOT_INSTALLED' 5 $null))
    }
    try {
        $answer = Start-Program $program (@($Verb, '--json') + $Argument)
    } catch {
        $text = "cannot run ${program}: $($_.Exception.GetBaseException().Message)"
        $Caller.ThrowTerminatingError((New-ErrorRecord $text 'SYSTEM' 7 $program))
    }
    try {
        $json = ConvertFrom-Document $answer.Output
    } catch {
        $json = $null
    }
    if ($null -eq $json -or $json -isnot [PSCustomObject] -or -not $json.PSObject.Properties['schema'] -or
        $json.schema -ne 1) {
        $printed = ($answer.Errors + $answer.Output).Trim()
        $text = "$program $Verb gave no answer that this module understands (exit code $($answer.ExitCode)): " +
            $printed.Substring(0, [Math]::Min($printed.Length, 1000))
        $Caller.ThrowTerminatingError((New-ErrorRecord $text 'NO_ANSWER' $answer.ExitCode $program))
    }
    if (-not $NoWarning) {
        foreach ($warning in $json.warnings) {
            $Caller.WriteWarning($warning)
        }
    }
    if ($json.PSObject.Properties['error']) {
        $jsonError = $json.error
        $data = @{ System = $jsonError.system }
        $Caller.ThrowTerminatingError((New-ErrorRecord $jsonError.message $jsonError.code $jsonError.exit `
                    $jsonError.object $data))
    }
    return [PSCustomObject] @{ Json = $json; ExitCode = $answer.ExitCode }
}

# The path that a program knows a file by: PowerShell's location is not the current folder of the
# process, and it has drives of its own.
function Resolve-File($Caller, [string] $Path) {
    return $Caller.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
}

# ---- from documents to objects ----

# UTC on the wire, local time for people. 7.0 to 7.4 have made a DateTime of it already.
function ConvertTo-Time($Text) {
    if ($null -eq $Text) {
        return $null
    }
    if ($Text -is [datetime]) {
        return $Text.ToLocalTime()
    }
    $styles = [Globalization.DateTimeStyles]::RoundtripKind
    return [datetime]::Parse($Text, [Globalization.CultureInfo]::InvariantCulture, $styles).ToLocalTime()
}

# A "decimal": up to 64 bits as text.
function ConvertTo-Count($Text) {
    if ($null -eq $Text) {
        return $null
    }
    return [uint64] $Text
}

function ConvertTo-Finding($jsonMessage) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Finding'
        File = $jsonMessage.file
        Line = $jsonMessage.line
        Column = $jsonMessage.column
        Severity = $jsonMessage.severity
        Object = $jsonMessage.object
        Message = $jsonMessage.text
    }
}

function ConvertTo-Access($jsonEntry) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Access'
        Account = $jsonEntry.account
        Sid = $jsonEntry.sid
        May = $jsonEntry.may
        Denied = $jsonEntry.denied
    }
}

function ConvertTo-Queue($jsonQueue) {
    if ($null -eq $jsonQueue) {
        return $null
    }
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Queue'
        Slots = $jsonQueue.slots
        SlotSize = $jsonQueue.slot_size
        Producers = $jsonQueue.producers
        Consumers = $jsonQueue.consumers
        Overflow = $jsonQueue.overflow
    }
}

function ConvertTo-ObjectState($jsonObject) {
    $access = $null
    if ($null -ne $jsonObject.access) {
        $access = @(foreach ($entry in $jsonObject.access) { ConvertTo-Access $entry })
    }
    $rule = $account = $null
    if ($null -ne $jsonObject.request) {
        $rule = $jsonObject.request.rule
        $account = $jsonObject.request.account
    }
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Object'
        Name = $jsonObject.name
        FullName = $jsonObject.full_name
        Kind = $jsonObject.kind
        State = $jsonObject.state
        Reason = $jsonObject.reason
        Companion = $jsonObject.companion
        Generation = ConvertTo-Count $jsonObject.generation
        Bytes = $jsonObject.bytes
        Lock = $jsonObject.lock
        LockKind = $jsonObject.lock_kind
        Maximum = $jsonObject.maximum
        ManualReset = $jsonObject.manual_reset
        Queue = ConvertTo-Queue $jsonObject.queue
        Access = $access
        Integrity = $jsonObject.integrity
        Rule = $rule
        Account = $account
    }
}

function ConvertTo-Trouble($jsonTrouble) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Trouble'
        Topic = $jsonTrouble.topic
        Name = $jsonTrouble.name
        State = $jsonTrouble.state
        Reason = $jsonTrouble.reason
    }
}

function ConvertTo-Copy($jsonCopy) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Copy'
        Name = $jsonCopy.name
        State = $jsonCopy.state
        SavedAt = ConvertTo-Time $jsonCopy.saved_at
        Reason = $jsonCopy.reason
    }
}

function ConvertTo-Status($jsonStatus, [int] $ExitCode) {
    $jsonService = $jsonStatus.service
    $result = $null
    $findings = @()
    if ($null -ne $jsonStatus.reload) {
        $result = $jsonStatus.reload.result
        $findings = @(foreach ($message in $jsonStatus.reload.messages) { ConvertTo-Finding $message })
    }
    $process = $jsonService.process
    if ($null -eq $process) {
        $process = $jsonService.console_process
    }
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Status'
        State = $jsonService.state
        Complete = $jsonStatus.complete
        Degraded = $jsonStatus.degraded
        Reasons = @($jsonStatus.reasons)
        Version = $jsonService.version
        InstalledVersion = $jsonService.installed_version
        Configuration = $jsonService.configuration
        ConfigurationRead = ConvertTo-Time $jsonService.configuration_read
        Since = ConvertTo-Time $jsonService.since
        ProcessId = $process
        Account = $jsonService.account
        StartType = $jsonService.start
        Console = $jsonService.console
        End = $jsonService.end
        KeeperProcessId = $jsonService.keeper_process
        KeeperUntil = ConvertTo-Time $jsonService.keeper_until
        Bytes = $jsonStatus.bytes
        LastReload = $result
        Findings = $findings
        Troubles = @(foreach ($trouble in $jsonStatus.troubles) { ConvertTo-Trouble $trouble })
        Lost = @(foreach ($jsonLost in $jsonStatus.lost) { $jsonLost.name })
        Copies = @(foreach ($copy in $jsonStatus.copies) { ConvertTo-Copy $copy })
        ExitCode = $ExitCode
    }
}

function ConvertTo-Point($jsonPoint) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Point'
        Point = $jsonPoint.point
        Verdict = $jsonPoint.verdict
        Found = $jsonPoint.found
        Remedy = $jsonPoint.remedy
    }
}

function ConvertTo-Step($jsonStep) {
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Step'
        Action = $jsonStep.action
        Name = $jsonStep.name
        FullName = $jsonStep.full_name
        Kind = $jsonStep.kind
        Text = $jsonStep.text
        Remedy = $jsonStep.remedy
    }
}

function ConvertTo-Update($jsonApply, [int] $ExitCode) {
    $steps = @()
    if ($null -ne $jsonApply.plan) {
        $steps = @(foreach ($step in $jsonApply.plan.steps) { ConvertTo-Step $step })
    }
    $findings = @(foreach ($message in $jsonApply.messages) { ConvertTo-Finding $message })
    if ($null -ne $jsonApply.reload) {
        $findings += @(foreach ($message in $jsonApply.reload.messages) { ConvertTo-Finding $message })
    }
    return [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Update'
        Result = $jsonApply.result
        Changed = $jsonApply.changed
        Restored = $jsonApply.restored
        File = $jsonApply.file
        Configuration = $jsonApply.configuration
        Former = $jsonApply.former
        Running = $jsonApply.running
        Degraded = $jsonApply.degraded
        Digest = $jsonApply.digest
        Steps = $steps
        Findings = $findings
        ExitCode = $ExitCode
    }
}

# What is wrong with an update, in a sentence; $null: nothing.
function Get-UpdateProblem($Update, [string] $Path) {
    $problems = @{
        invalid = "$Path cannot be used; nothing was changed"
        refused = "the service refused $Path, or has ended"
        incomplete = "the service could not apply all of $Path"
        unknown = "$Path is in place, but the service does not serve it yet"
    }
    if (-not $problems.ContainsKey($Update.Result)) {
        return $null
    }
    $problem = $problems[$Update.Result]
    if ($Update.Restored) {
        $problem += '; the former configuration is in place again'
    }
    $first = $Update.Findings | Where-Object Severity -EQ error | Select-Object -First 1
    if ($null -ne $first) {
        $problem += ": $($first.File):$($first.Line):$($first.Column): $($first.Message)"
    }
    return $problem
}

# ---- segments ----

# What shmb exits with for these results, see client/json.md; 7 for all others.
$exitCodes = @{
    NOT_FOUND = 1; RANGE = 1; BAD_ARGUMENT = 1; INCONSISTENT = 1; CORRUPT = 1; STALE = 1
    NOT_ALLOWED = 1; QUOTA = 1
    BAD_NAME = 2; ACCESS_DENIED = 3; TIMEOUT = 4; BUSY = 4; NO_BROKER = 5
    WRONG_KIND = 6; NOT_OURS = 6; VERSION_MISMATCH = 6
}

# Where shmbclient.dll of the bitness of this process can be: beside ShmBroker.Client.dll, in the
# tree that the module is part of, and beside the program of the service.
function Get-ClientPlace([string] $Folder) {
    $tree, $service = 'bin', '.'
    if ([IntPtr]::Size -eq 4) {
        $tree, $service = 'x86\bin', 'x86'
    }
    [IO.Path]::Combine($Folder, 'shmbclient.dll')
    [IO.Path]::GetFullPath([IO.Path]::Combine($PSScriptRoot, '..', '..', $tree, 'shmbclient.dll'))
    $program = Find-RegisteredProgram
    if ($program) {
        [IO.Path]::GetFullPath([IO.Path]::Combine([IO.Path]::GetDirectoryName($program), $service, 'shmbclient.dll'))
    }
}

# Loads the library for .NET, once in a session. A failure ends the function whose $PSCmdlet is Caller.
function Import-Client($Caller, [string] $LibraryPath) {
    if ($script:clientLoaded) {
        return
    }
    $folder = $PSScriptRoot
    if ($LibraryPath) {
        $folder = Resolve-File $Caller $LibraryPath
    }
    $assembly = [IO.Path]::Combine($folder, 'ShmBroker.Client.dll')
    $problem = "$assembly is missing; use the module in the folder of an installation by MSI or zip, " +
        'or name the folder of ShmBroker.Client.dll with -LibraryPath'
    if (Test-Path -LiteralPath $assembly -PathType Leaf) {
        $problem = "shmbclient.dll was not found in $folder, in the tree of the module and beside the service"
        try {
            Add-Type -LiteralPath $assembly
            foreach ($place in Get-ClientPlace $folder) {
                if (Test-Path -LiteralPath $place -PathType Leaf) {
                    [ShmBroker.Broker]::LoadLibrary($place)
                    $script:clientLoaded = $true
                    return
                }
            }
        } catch {
            $problem = "cannot load ShmBroker.Client: $($_.Exception.GetBaseException().Message)"
        }
    }
    $Caller.ThrowTerminatingError((New-ErrorRecord $problem 'NO_LIBRARY' 7 $assembly))
}

# A text that the encoding cannot store is an error; bytes that are no text become U+FFFD.
function Get-Encoding($Caller, [string] $Name) {
    $known = @{ utf8 = 'utf-8'; 'utf-16le' = 'utf-16'; ansi = 0 }
    $id = $Name
    if ($known.ContainsKey($Name)) {
        $id = $known[$Name]
    }
    try {
        return [Text.Encoding]::GetEncoding($id, [Text.EncoderFallback]::ExceptionFallback,
            [Text.DecoderFallback]::ReplacementFallback)
    } catch {
        $text = "there is no encoding $Name; use utf8, utf-16le, ansi, or a name that .NET knows"
        $Caller.ThrowTerminatingError((New-ErrorRecord $text 'BAD_ARGUMENT' 1 $Name))
    }
}

# The error for what a call of the library, or an encoding, has thrown.
function New-SegmentError($Failure, [string] $Name) {
    $exception = $Failure.Exception.GetBaseException()
    $code, $system, $target = 'SYSTEM', $null, $Name
    if ($exception -is [ShmBroker.ShmbException]) {
        $code = ("$($exception.Result)" -creplace '(?<=[a-z])(?=[A-Z])', '_').ToUpperInvariant()
        if ($exception.Win32Code -ne 0) {
            $system = $exception.Win32Code
        }
        if ($null -ne $exception.Answer) {
            $target = ConvertTo-Request $exception.Answer $Name
        }
    } elseif ($exception -is [Text.EncoderFallbackException]) {
        $code = 'BAD_ARGUMENT'
    }
    $exit = 7
    if ($exitCodes.ContainsKey($code)) {
        $exit = $exitCodes[$code]
    }
    return New-ErrorRecord "${Name}: $($exception.Message)" $code $exit $target @{ System = $system }
}

# What the broker answered to a request.
function ConvertTo-Request($Answer, [string] $Name) {
    [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Request'
        Name = $Name
        Allowed = $Answer.Allowed
        Made = $Answer.Made
        Size = $Answer.Size
        Rule = $Answer.Rule
        Reason = "$($Answer.Reason)"
        Used = $Answer.Used
        Most = $Answer.Most
        Retry = $Answer.Retry
        Text = $Answer.Text
    }
}

# ---- what the module exports ----

<#
.SYNOPSIS
Gets the state of the ShmBroker service of this machine.

.DESCRIPTION
Returns one object: State, Complete, Degraded, Reasons, Version, Configuration, and so on. An account
without administrator rights sees less: what it cannot know is $null.

An error has the program's sentence. Its Exception.Data has Code, a word of client/json.md, and
ExitCode. If no service is installed, and no broker runs in a console, Code is NOT_INSTALLED.

.PARAMETER Verify
Compares the installed service, point by point, with what it should be. Returns an object for each
point: Point, Verdict, Found, Remedy.

.EXAMPLE
Get-ShmBroker

.EXAMPLE
if (-not (Get-ShmBroker).Complete) { (Get-ShmBroker).Reasons }

.EXAMPLE
Get-ShmBroker -Verify | Where-Object Verdict -ne ok

.EXAMPLE
Invoke-Command -ComputerName host1, host2 { Import-Module 'C:\Program Files\ShmBroker\powershell\ShmBroker'; Get-ShmBroker }
The state of other machines, by PowerShell remoting.
#>
function Get-ShmBroker {
    [CmdletBinding()]
    [OutputType('ShmBroker.Status')]
    param([switch] $Verify)

    if ($Verify) {
        $answer = Invoke-Verb $PSCmdlet status @('--verify')
        $jsonVerify = $answer.Json
        foreach ($point in $jsonVerify.points) {
            ConvertTo-Point $point
        }
    } else {
        $answer = Invoke-Verb $PSCmdlet status
        ConvertTo-Status $answer.Json $answer.ExitCode
    }
}

<#
.SYNOPSIS
Gets the objects that ShmBroker holds, or should hold, on this machine.

.DESCRIPTION
Returns an object for each: Name, Kind, State, Bytes, Access, and so on; for an object on request, the
Rule that allowed it and the Account that asked. What does not apply to a kind, or cannot be read, is
$null.

.PARAMETER Name
Only objects of these names, without Global\. * and ? are wildcards. A name without wildcards that
is not found is an error.

.PARAMETER All
Also the locks, events and snapshots that belong to segments and queues. Without it they are
returned only if Name names them.

.EXAMPLE
Get-ShmBrokerObject

.EXAMPLE
Get-ShmBrokerObject -Name Prices* | Where-Object State -ne held

.EXAMPLE
Get-ShmBrokerObject Prices | Select-Object -ExpandProperty Access
Who may use Prices.

.EXAMPLE
Get-ShmBrokerObject | Export-Csv -NoTypeInformation objects.csv

.EXAMPLE
Get-ShmBrokerObject | Where-Object Rule | Group-Object Account
Who has how many objects on request.
#>
function Get-ShmBrokerObject {
    [CmdletBinding()]
    [OutputType('ShmBroker.Object')]
    param(
        [Parameter(Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string[]] $Name,
        [switch] $All
    )

    begin {
        $names = New-Object System.Collections.Generic.List[string]
    }
    process {
        foreach ($one in $Name) {
            $names.Add($one)
        }
    }
    end {
        $arguments = @('--') + $names.ToArray()
        if ($All) {
            $arguments = @('--all') + $arguments
        }
        # The program warns of each name that is not found; here that is an error, or no matter.
        $answer = Invoke-Verb $PSCmdlet status $arguments -NoWarning:($names.Count -gt 0)
        $jsonStatus = $answer.Json
        if ($null -ne $jsonStatus.objects_unknown) {
            $PSCmdlet.ThrowTerminatingError((New-ErrorRecord $jsonStatus.objects_unknown 'NO_BROKER' `
                        $answer.ExitCode $null))
        }
        $plainNames = $names.ToArray() -replace '^Global\\', '' -notmatch '[*?]'
        $found = @(foreach ($object in $jsonStatus.objects) { ConvertTo-ObjectState $object })
        $found | Where-Object { $All -or -not $_.Companion -or $plainNames -ccontains $_.Name }
        foreach ($plain in $plainNames) {
            if (@($found | Where-Object Name -CEQ $plain).Count -eq 0) {
                $PSCmdlet.WriteError((New-ErrorRecord "ShmBroker has no object $plain" 'NOT_FOUND' 1 $plain))
            }
        }
    }
}

<#
.SYNOPSIS
Checks configuration files of ShmBroker.

.DESCRIPTION
Returns an object for each error and each warning: File, Line, Column, Severity, Object, Message. A
file without any gives none. Changes nothing, and needs no service.

.PARAMETER Path
The files.

.PARAMETER Merged
Takes all files as one configuration; the first includes the others.

.PARAMETER Quiet
Returns $true if all files are usable, else $false.

.PARAMETER AllowUnsafeConfig
For trials: accepts files that others than administrators can change.

.EXAMPLE
Test-ShmBrokerConfig shmbroker.yaml

.EXAMPLE
if (-not (Test-ShmBrokerConfig shmbroker.yaml -Quiet)) { exit 1 }

.EXAMPLE
Get-ChildItem *.yaml | Test-ShmBrokerConfig | Group-Object File
#>
function Test-ShmBrokerConfig {
    [CmdletBinding()]
    [OutputType('ShmBroker.Finding', 'System.Boolean')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [Alias('FullName')]
        [ValidateNotNullOrEmpty()]
        [string[]] $Path,
        [switch] $Merged,
        [switch] $Quiet,
        [switch] $AllowUnsafeConfig
    )

    begin {
        $files = New-Object System.Collections.Generic.List[string]
    }
    process {
        foreach ($one in $Path) {
            $files.Add((Resolve-File $PSCmdlet $one))
        }
    }
    end {
        $options = @()
        if ($Merged) {
            $options += '--merged'
        }
        if ($AllowUnsafeConfig) {
            $options += '--allow-unsafe-config'
        }
        $answer = Invoke-Verb $PSCmdlet check ($options + $files.ToArray())
        $jsonCheck = $answer.Json
        $usable = $true
        foreach ($jsonConfiguration in $jsonCheck.configurations) {
            $usable = $usable -and $jsonConfiguration.usable
            if (-not $Quiet) {
                foreach ($message in $jsonConfiguration.messages) {
                    ConvertTo-Finding $message
                }
            }
            if ($null -ne $jsonConfiguration.held) {
                $text = "another program holds $($jsonConfiguration.held), so that it cannot be read now"
                $PSCmdlet.WriteError((New-ErrorRecord $text 'BUSY' $answer.ExitCode $jsonConfiguration.held))
            }
        }
        if ($Quiet) {
            $usable
        }
    }
}

<#
.SYNOPSIS
Installs ShmBroker as a service, repairs its registration, or replaces another version.

.DESCRIPTION
Runs `shmbroker install` of the program that came with this module, else of the one on the path. What
is not given stays as it is; at a first installation it has its default. A running service is
replaced while programs go on. Needs an elevated prompt.

Returns an object: Program, WasInstalled, Restarted, and so on.

.PARAMETER Config
The configuration file; default: %ProgramData%\ShmBroker\shmbroker.yaml

.PARAMETER Account
The account of the service: virtual, LocalService, or a name.

.PARAMETER Destination
The folder for the program; default: %ProgramFiles%\ShmBroker

.PARAMETER StartType
When Windows starts the service: auto, delayed-auto (after the other automatic ones), demand (never by
itself) or disabled; auto at a first installation.

.PARAMETER Audit
Allows the service to audit objects with audit: true. -Audit:$false forbids it.

.PARAMETER OnPath
Puts the folder of shmb.exe at the end of the path of this machine. -OnPath:$false takes out what it
has put there.

.PARAMETER Start
Also starts the service.

.PARAMETER AllowUnsafeConfig
For trials: accepts files and a place that others than administrators can change.

.EXAMPLE
Install-ShmBroker -Start

.EXAMPLE
Install-ShmBroker -Config D:\Config\shmbroker.yaml -Account LocalService -StartType delayed-auto
#>
function Install-ShmBroker {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('ShmBroker.Installation')]
    param(
        [ValidateNotNullOrEmpty()]
        [string] $Config,
        [ValidateNotNullOrEmpty()]
        [string] $Account,
        [ValidateNotNullOrEmpty()]
        [string] $Destination,
        [ValidateSet('auto', 'delayed-auto', 'demand', 'disabled')]
        [string] $StartType,
        [switch] $Audit,
        [switch] $OnPath,
        [switch] $Start,
        [switch] $AllowUnsafeConfig
    )

    $arguments = @()
    if ($Config) {
        $arguments += '--config', (Resolve-File $PSCmdlet $Config)
    }
    if ($Account) {
        $arguments += '--account', $Account
    }
    if ($Destination) {
        $arguments += '--to', (Resolve-File $PSCmdlet $Destination)
    }
    if ($StartType) {
        $arguments += '--start-type', $StartType.ToLowerInvariant()
    }
    if ($PSBoundParameters.ContainsKey('Audit')) {
        if ($Audit) {
            $arguments += '--audit'
        } else {
            $arguments += '--no-audit'
        }
    }
    if ($PSBoundParameters.ContainsKey('OnPath')) {
        if ($OnPath) {
            $arguments += '--path'
        } else {
            $arguments += '--no-path'
        }
    }
    if ($AllowUnsafeConfig) {
        $arguments += '--allow-unsafe-config'
    }
    if (-not $PSCmdlet.ShouldProcess('service ShmBroker', 'install')) {
        return
    }
    $jsonInstall = (Invoke-Verb $PSCmdlet install $arguments -Install).Json
    $result = [PSCustomObject] @{
        PSTypeName = 'ShmBroker.Installation'
        Program = $jsonInstall.program
        Placed = $jsonInstall.placed
        FirstConfiguration = $jsonInstall.first_configuration
        WasInstalled = $jsonInstall.was_installed
        Restarted = $jsonInstall.restarted
        Degraded = $jsonInstall.degraded
        ProcessId = $null
    }
    if ($Start) {
        $jsonStart = (Invoke-Verb $PSCmdlet start).Json
        $result.ProcessId = $jsonStart.process
        $result.Degraded = $jsonStart.degraded
    }
    $result
}

<#
.SYNOPSIS
Rolls out a configuration of ShmBroker on this machine.

.DESCRIPTION
Checks the file, puts a copy of it into the place of the configuration, has the service reload, and
waits until the service serves exactly this. If the service refuses it, the former configuration is put
back. It can be repeated: if the service serves the file already, nothing is done, and Changed is
$false. If the service is not running, the file counts from its next start. Needs an elevated prompt.

Returns an object: Result, Changed, File, Configuration (the main file), Former, Running, Degraded,
Steps, Findings. -WhatIf changes nothing and returns the same: Steps is what a reload would do, Changed
whether there is anything to do.

If Result is invalid, refused, incomplete or unknown, there is an error instead, with the object as
its TargetObject. Its Exception.Data has Code (Result in capital letters) and ExitCode.

.PARAMETER Path
The file with the new configuration.

.PARAMETER Config
The place of the configuration; default: that of the installed service, else
%ProgramData%\ShmBroker\shmbroker.yaml. While the service is installed: that file, or one that
its include leads to, such as conf.d\app.yaml

.PARAMETER Timeout
The longest time to wait for the service's result, in seconds. When it is over, the file stays in its
place.

.PARAMETER AllowUnsafeConfig
For trials: accepts a place and files that others than administrators can change.

.EXAMPLE
Update-ShmBrokerConfig \\server\deploy\shmbroker.yaml

.EXAMPLE
(Update-ShmBrokerConfig new.yaml -WhatIf).Steps
What would be done.

.EXAMPLE
try { Update-ShmBrokerConfig new.yaml } catch { $_.TargetObject.Findings; throw }
#>
function Update-ShmBrokerConfig {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('ShmBroker.Update')]
    param(
        [Parameter(Mandatory, Position = 0)]
        [Alias('FullName')]
        [ValidateNotNullOrEmpty()]
        [string] $Path,
        [ValidateNotNullOrEmpty()]
        [string] $Config,
        [ValidateRange(0.001, 86400)]
        [double] $Timeout = 60,
        [switch] $AllowUnsafeConfig
    )

    $file = Resolve-File $PSCmdlet $Path
    $arguments = @($file, '--timeout', "$([int] [Math]::Ceiling($Timeout * 1000))")
    if ($Config) {
        $arguments += '--config', (Resolve-File $PSCmdlet $Config)
    }
    if ($AllowUnsafeConfig) {
        $arguments += '--allow-unsafe-config'
    }
    if (-not $PSCmdlet.ShouldProcess('configuration of ShmBroker', "replace by $file")) {
        if (-not $WhatIfPreference) {
            return
        }
        $arguments += '--dry-run'
    }
    $answer = Invoke-Verb $PSCmdlet apply $arguments
    $update = ConvertTo-Update $answer.Json $answer.ExitCode
    $problem = Get-UpdateProblem $update $file
    if ($problem) {
        $PSCmdlet.ThrowTerminatingError((New-ErrorRecord $problem $update.Result.ToUpperInvariant() `
                    $answer.ExitCode $update))
    }
    $update
}

<#
.SYNOPSIS
Reads text or bytes from a segment of ShmBroker.

.DESCRIPTION
Returns bytes of one moment: never half of a write by the library. Takes no lock, and needs only the
right to read. A range that extends beyond the end is cut.

Returns the text up to its first zero, or with -AsByteStream all bytes as one [byte[]].

Windows only. Needs ShmBroker.Client.dll, which the module of the MSI and of the zip has beside it.

.PARAMETER Name
The segment, with or without Global\.

.PARAMETER Offset
The first byte.

.PARAMETER Count
How many bytes, at most; default: all to the end.

.PARAMETER Encoding
How the text is stored: utf8, utf-16le, ansi (the code page of Windows), or a name that .NET knows,
such as windows-1252.

.PARAMETER AsByteStream
Returns bytes instead of text.

.PARAMETER Timeout
How many seconds to try while programs write. If they never pause, Code is BUSY.

.PARAMETER LibraryPath
The folder of ShmBroker.Client.dll, if it is not beside the module. It counts for the first call of a
session.

.EXAMPLE
Read-ShmBrokerSegment Prices

.EXAMPLE
Read-ShmBrokerSegment Prices -Offset 16 -Count 32 -Encoding utf-16le

.EXAMPLE
$bytes = Read-ShmBrokerSegment Prices -AsByteStream; [BitConverter]::ToDouble($bytes, 0)
#>
function Read-ShmBrokerSegment {
    [CmdletBinding(DefaultParameterSetName = 'Text')]
    [OutputType('System.String', ParameterSetName = 'Text')]
    [OutputType('System.Byte[]', ParameterSetName = 'Bytes')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [ValidateRange(0, [long]::MaxValue)]
        [long] $Offset,
        [ValidateRange(0, 2147483591)]
        [int] $Count,
        [Parameter(ParameterSetName = 'Text')]
        [ValidateNotNullOrEmpty()]
        [string] $Encoding = 'utf8',
        [Parameter(Mandatory, ParameterSetName = 'Bytes')]
        [switch] $AsByteStream,
        [ValidateRange(0, 4000000)]
        [double] $Timeout = 5,
        [ValidateNotNullOrEmpty()]
        [string] $LibraryPath
    )

    begin {
        $coding = Get-Encoding $PSCmdlet $Encoding
        Import-Client $PSCmdlet $LibraryPath
    }
    process {
        $segment = $failure = $null
        try {
            $segment = [ShmBroker.Segment]::Open($Name, [ShmBroker.Rights]::Read, [TimeSpan]::Zero)
            $wanted = $segment.Size - $Offset
            if ($PSBoundParameters.ContainsKey('Count')) {
                $wanted = [Math]::Min($wanted, $Count)
            }
            # An offset beyond the end is an error of the library.
            $bytes = $segment.Snapshot($Offset, [int] [Math]::Max(0, $wanted), [TimeSpan]::FromSeconds($Timeout))
        } catch {
            $failure = New-SegmentError $_ $Name
        } finally {
            if ($null -ne $segment) {
                $segment.Dispose()
            }
        }
        if ($null -ne $failure) {
            $PSCmdlet.ThrowTerminatingError($failure)
        }
        if ($AsByteStream) {
            , $bytes
        } else {
            $text = $coding.GetString($bytes)
            $end = $text.IndexOf([char] 0)
            if ($end -ge 0) {
                $text = $text.Substring(0, $end)
            }
            $text
        }
    }
}

<#
.SYNOPSIS
Writes text or bytes into a segment of ShmBroker.

.DESCRIPTION
Takes the lock of the segment, if it has one, writes all of the value at once, and releases the lock. What does not
fit is not written, not even in part. What was there beyond the value stays, unless -Zero is given. A
text gets no terminator.

If a program died while it held the lock, the value is written, and there is a warning: what the
program has left in the segment may be half written.

Windows only. Needs ShmBroker.Client.dll, which the module of the MSI and of the zip has beside it.

.PARAMETER Name
The segment, with or without Global\.

.PARAMETER Value
A text, or bytes ([byte] or [byte[]]), also from the pipeline. Several texts become lines. Anything
else is written as its text.

.PARAMETER Offset
The first byte.

.PARAMETER Encoding
How to store the text: utf8, utf-16le, ansi (the code page of Windows), or a name that .NET knows,
such as windows-1252. A character that the encoding lacks is an error.

.PARAMETER Zero
Fills the rest of the segment with zeros, in the same write.

.PARAMETER Timeout
How many seconds to wait for the lock.

.PARAMETER LibraryPath
The folder of ShmBroker.Client.dll, if it is not beside the module. It counts for the first call of a
session.

.EXAMPLE
Write-ShmBrokerSegment Prices 1.25 -Zero

.EXAMPLE
Write-ShmBrokerSegment Prices -Value ([BitConverter]::GetBytes(1.25)) -Offset 16

.EXAMPLE
Get-Content prices.txt | Write-ShmBrokerSegment Prices -Zero -WhatIf
#>
function Write-ShmBrokerSegment {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 0)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [Parameter(Mandatory, Position = 1, ValueFromPipeline)]
        [AllowEmptyString()]
        [AllowEmptyCollection()]
        [object] $Value,
        [ValidateRange(0, [long]::MaxValue)]
        [long] $Offset,
        [ValidateNotNullOrEmpty()]
        [string] $Encoding = 'utf8',
        [switch] $Zero,
        [ValidateRange(0, 4000000)]
        [double] $Timeout = 5,
        [ValidateNotNullOrEmpty()]
        [string] $LibraryPath
    )

    begin {
        $coding = Get-Encoding $PSCmdlet $Encoding
        Import-Client $PSCmdlet $LibraryPath
        $bytes = New-Object System.Collections.Generic.List[byte]
        $lines = New-Object System.Collections.Generic.List[string]
    }
    process {
        if ($Value -is [byte[]]) {
            $bytes.AddRange($Value)
        } else {
            foreach ($one in $Value) {
                if ($one -is [byte]) {
                    $bytes.Add($one)
                } else {
                    $lines.Add([string] $one)
                }
            }
        }
    }
    end {
        if ($bytes.Count -gt 0 -and $lines.Count -gt 0) {
            $PSCmdlet.ThrowTerminatingError((New-ErrorRecord 'the value has bytes and texts: write one of them' `
                        'BAD_ARGUMENT' 1 $Name))
        }
        $segment = $failure = $null
        $abandoned = $false
        try {
            if ($lines.Count -gt 0) {
                $bytes.AddRange($coding.GetBytes($lines.ToArray() -join [Environment]::NewLine))
            }
            $content = $bytes.ToArray()
            if (-not $PSCmdlet.ShouldProcess("segment $Name", "write $($content.Length) bytes at offset $Offset")) {
                return
            }
            $segment = [ShmBroker.Segment]::Open($Name, [ShmBroker.Rights]::Write, [TimeSpan]::Zero)
            $room = $segment.Size - $Offset
            if ($content.Length -gt $room) {
                $text = "$($content.Length) bytes at offset $Offset do not fit into the $($segment.Size) bytes of ${Name}: nothing was written"
                $failure = New-ErrorRecord $text 'RANGE' 1 $Name
            } else {
                if ($Zero) {
                    [Array]::Resize([ref] $content, $room)
                }
                if (($segment.Info.Flags -band [ShmBroker.ObjectFlags]::HasLock) -ne 0) {
                    $null = $segment.Update($Offset, $content, [TimeSpan]::FromSeconds($Timeout), [ref] $abandoned)
                } else {
                    $null = $segment.Write($Offset, $content)
                }
            }
        } catch {
            $failure = New-SegmentError $_ $Name
        } finally {
            if ($null -ne $segment) {
                $segment.Dispose()
            }
        }
        if ($null -ne $failure) {
            $PSCmdlet.ThrowTerminatingError($failure)
        }
        if ($abandoned) {
            $PSCmdlet.WriteWarning("a program died while it held the lock of ${Name}: the value is written, but the rest can be half written; check it, then run: shmb repair $Name")
        }
    }
}

<#
.SYNOPSIS
Asks ShmBroker to hold an object that the configuration does not name.

.DESCRIPTION
A rule of the configuration (`requests:`) decides. Returns an object: Name, Allowed, Made ($true: by this
request; $false: it existed), Size, Rule, and for a refusal Reason, Used, Most, Retry and Text. An object that
exists already is as good, if it is of this kind and has this size or more.

A refusal is an error; its TargetObject is that object. With -Ask, a refusal is returned as well, and nothing
is made. -WhatIf asks the broker nothing.

Windows only. Needs ShmBroker.Client.dll, which the module of the MSI and of the zip has beside it.

.PARAMETER Name
The object, with or without Global\.

.PARAMETER Size
Segment: its size in bytes.

.PARAMETER Kind
Segment, Mutex, Event or Semaphore.

.PARAMETER ManualReset
Event: it stays set until it is reset.

.PARAMETER Set
Event: it is set when it is created.

.PARAMETER InitialCount
Semaphore: its first count.

.PARAMETER MaximumCount
Semaphore: its greatest count.

.PARAMETER Ask
Returns what the answer would be, and makes nothing.

.PARAMETER Timeout
How many seconds to wait for a broker and for its answer.

.PARAMETER LibraryPath
The folder of ShmBroker.Client.dll, if it is not beside the module. It counts for the first call of a
session.

.EXAMPLE
Request-ShmBrokerObject "MyApp.$PID" -Size 4096

.EXAMPLE
(Request-ShmBrokerObject MyApp.Test -Size 4096 -Ask).Text
Why it would be refused.

.EXAMPLE
Request-ShmBrokerObject MyApp.Go -Kind Event -ManualReset
#>
function Request-ShmBrokerObject {
    [CmdletBinding(SupportsShouldProcess)]
    [OutputType('ShmBroker.Request')]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [ValidateRange(0, [long]::MaxValue)]
        [long] $Size,
        [ValidateSet('Segment', 'Mutex', 'Event', 'Semaphore')]
        [string] $Kind = 'Segment',
        [switch] $ManualReset,
        [switch] $Set,
        [ValidateRange(0, 2147483647)]
        [int] $InitialCount,
        [ValidateRange(0, 2147483647)]
        [int] $MaximumCount,
        [switch] $Ask,
        [ValidateRange(0, 4000000)]
        [double] $Timeout = 5,
        [ValidateNotNullOrEmpty()]
        [string] $LibraryPath
    )

    begin {
        Import-Client $PSCmdlet $LibraryPath
    }
    process {
        if (-not $Ask -and -not $PSCmdlet.ShouldProcess("$Kind $Name", 'request')) {
            return
        }
        $failure = $null
        try {
            $options = New-Object ShmBroker.RequestOptions
            $options.Kind = $Kind
            $options.ManualReset = [bool] $ManualReset
            $options.Signalled = [bool] $Set
            $options.InitialCount = $InitialCount
            $options.MaximumCount = $MaximumCount
            $options.Timeout = [TimeSpan]::FromSeconds($Timeout)
            if ($Ask) {
                $answer = [ShmBroker.Broker]::AskRequest($Name, $Size, $options)
            } else {
                $answer = [ShmBroker.Broker]::Request($Name, $Size, $options)
            }
        } catch {
            $failure = New-SegmentError $_ $Name
        }
        if ($null -ne $failure) {
            $PSCmdlet.ThrowTerminatingError($failure)
        }
        ConvertTo-Request $answer $Name
    }
}

<#
.SYNOPSIS
Gives back an object of ShmBroker that this account has requested.

.DESCRIPTION
The broker holds it no longer. A program that has it open keeps it. Administrators can also remove what
other accounts have requested. Objects of the configuration stay.

Windows only. Needs ShmBroker.Client.dll, which the module of the MSI and of the zip has beside it.

.PARAMETER Name
The object, with or without Global\.

.PARAMETER Timeout
How many seconds to wait for a broker and for its answer.

.PARAMETER LibraryPath
The folder of ShmBroker.Client.dll, if it is not beside the module. It counts for the first call of a
session.

.EXAMPLE
Remove-ShmBrokerObject "MyApp.$PID"
#>
function Remove-ShmBrokerObject {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, Position = 0, ValueFromPipeline, ValueFromPipelineByPropertyName)]
        [ValidateNotNullOrEmpty()]
        [string] $Name,
        [ValidateRange(0, 4000000)]
        [double] $Timeout = 5,
        [ValidateNotNullOrEmpty()]
        [string] $LibraryPath
    )

    begin {
        Import-Client $PSCmdlet $LibraryPath
    }
    process {
        if (-not $PSCmdlet.ShouldProcess("object $Name", 'release')) {
            return
        }
        $failure = $null
        try {
            [ShmBroker.Broker]::Release($Name, [TimeSpan]::FromSeconds($Timeout))
        } catch {
            $failure = New-SegmentError $_ $Name
        }
        if ($null -ne $failure) {
            $PSCmdlet.ThrowTerminatingError($failure)
        }
    }
}

Export-ModuleMember -Function Get-ShmBroker, Get-ShmBrokerObject, Test-ShmBrokerConfig, Install-ShmBroker,
    Update-ShmBrokerConfig, Read-ShmBrokerSegment, Write-ShmBrokerSegment, Request-ShmBrokerObject,
    Remove-ShmBrokerObject
