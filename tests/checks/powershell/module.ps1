# The module against a real shmbroker.exe and a real service, see powershell.sh.
#
#   module.ps1 MODULE FOLDER [PLAIN]      FOLDER is empty; files go there; PLAIN is plain.exe, for Windows,
#                                         where the library for .NET is beside the module
param(
    [Parameter(Mandatory)] [string] $Module,
    [Parameter(Mandatory)] [string] $Folder,
    [string] $Plain
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$WarningPreference = 'SilentlyContinue'
# As in Windows PowerShell: not UTF-8.
[Console]::OutputEncoding = [Text.Encoding]::GetEncoding('iso-8859-1')
$script:wrong = 0

function Test-Equal($Expected, $Actual, [string] $What) {
    if (-not [object]::Equals($Expected, $Actual)) {
        $line = (Get-PSCallStack)[1].ScriptLineNumber
        Write-Output "line ${line}: $What is '$Actual', not '$Expected'"
        $script:wrong++
    }
}

function Get-Failure([scriptblock] $Block) {
    try {
        $null = & $Block
    } catch {
        return $_
    }
    throw "line $((Get-PSCallStack)[1].ScriptLineNumber): no error: $Block"
}

function Write-File([string] $Name, [string] $Text) {
    $path = Join-Path $Folder $Name
    [IO.File]::WriteAllText($path, $Text)
    return $path
}

$good = Write-File 'good.yaml' @'
version: 1
defaults: { access: { write: [Interactive], deny: Guests } }
segments:
  Prices: { size: 100, notify: true }
  "Ü \"quoted\" {a}": { size: 10, lock: none }
queues: { Orders: { slots: 4, slot_size: 64 } }
events: { Go: { reset: manual } }
requests:
  AskedRule:
    names: 'Asked.*'
    who: [Users, Administrators]
    size: 100
    each: { objects: 1, memory: 4 KiB }
    total: { objects: 3, memory: 12 KiB }
    access: { write: [Requester] }
    lives: until released
'@
$bad = Write-File 'bad.yaml' "version: 1`nsegments: { A: { sise: 1, size: 0 } }`n"
$gone = Join-Path $Folder 'gone.yaml'
$strange = "$([char] 0xDC) `"quoted`" {a}"

Import-Module $Module
$manifest = Import-PowerShellDataFile (Join-Path $Module 'ShmBroker.psd1')
$exported = (Get-Module ShmBroker).ExportedFunctions.Keys
Test-Equal (($manifest.FunctionsToExport | Sort-Object) -join ' ') (($exported | Sort-Object) -join ' ') 'what is exported'
foreach ($function in $exported) {
    $help = Get-Help $function -Full
    Test-Equal $true (@($help.examples.example).Count -gt 0) "help of ${function}: examples"
    foreach ($parameter in $help.parameters.parameter) {
        if ($parameter.name -notin 'WhatIf', 'Confirm') {
            Test-Equal $true ([bool] $parameter.PSObject.Properties['description']) "help of $function -$($parameter.name)"
        }
    }
}

# ---- nothing is installed ----
$failure = Get-Failure { Get-ShmBroker }
Test-Equal 'NOT_INSTALLED,Get-ShmBroker' $failure.FullyQualifiedErrorId 'the identifier'
Test-Equal 5 $failure.Exception.Data['ExitCode'] 'the exit code'
Test-Equal 'ResourceUnavailable' "$($failure.CategoryInfo.Category)" 'the category'
Test-Equal 1060 ([int] $failure.Exception.Data['System']) 'the code of the system'
Test-Equal $true ($failure.Exception.Message -like '*not installed*') $failure.Exception.Message

# ---- Test-ShmBrokerConfig ----
$hint = @(Test-ShmBrokerConfig $good -AllowUnsafeConfig)
Test-Equal 1 $hint.Count 'findings'
Test-Equal 'warning' $hint[0].Severity 'severity'
Test-Equal "segments.$strange" $hint[0].Object 'an object with a strange name'
Test-Equal $true (Test-ShmBrokerConfig $good -AllowUnsafeConfig -Quiet) 'a good file'
Test-Equal $false (Test-ShmBrokerConfig $bad -AllowUnsafeConfig -Quiet) 'a bad file'
$findings = @(Test-ShmBrokerConfig $bad -AllowUnsafeConfig)
$size = $findings | Where-Object Object -EQ 'segments.A.size'
Test-Equal 'error' $size.Severity 'severity'
Test-Equal 2 ([int] $size.Line) 'line'
Test-Equal 33 ([int] $size.Column) 'column'
Test-Equal $true ($size.File -like '*bad.yaml') $size.File
Test-Equal $true ($size.Message -like "'0'*") $size.Message
Test-Equal 'ShmBroker.Finding' $size.PSObject.TypeNames[0] 'type'
Test-Equal $true (($findings | Format-Table | Out-String -Width 200) -match 'File +Line +Column +Severity +Message') 'format'
Push-Location $Folder
Test-Equal $true (Test-ShmBrokerConfig good.yaml -AllowUnsafeConfig -Quiet) "a file of PowerShell's location"
Test-Equal ($findings.Count + 1) @(Get-ChildItem *.yaml | Test-ShmBrokerConfig -AllowUnsafeConfig).Count 'findings by pipeline'
Pop-Location
Test-Equal $false (Test-ShmBrokerConfig $good, $bad -Merged -AllowUnsafeConfig -Quiet) 'merged'
Test-Equal $false (Test-ShmBrokerConfig $gone -AllowUnsafeConfig -Quiet) 'a missing file'
Test-Equal $true (@(Test-ShmBrokerConfig $gone -AllowUnsafeConfig)[0].File -like '*gone.yaml') 'a missing file'

# ---- Install-ShmBroker ----
Install-ShmBroker -Config $good -AllowUnsafeConfig -WhatIf
$null = Get-Failure { Get-ShmBroker }
Test-Equal 'USAGE,Install-ShmBroker' (Get-Failure { Install-ShmBroker -Account '--audit' }).FullyQualifiedErrorId 'a wrong account'
$warnings = $null
$installed = Install-ShmBroker -Config $good -AllowUnsafeConfig -WarningVariable warnings
Test-Equal $false $installed.WasInstalled 'installed before'
Test-Equal $true $installed.Placed 'placed'
Test-Equal 'C:\Program Files\ShmBroker\shmbroker.exe' $installed.Program 'the program'
Test-Equal $null $installed.ProcessId 'the process'
Test-Equal $true (@($warnings).Count -gt 0) 'warnings'
$stopped = Get-ShmBroker
Test-Equal 'stopped' $stopped.State 'state'
Test-Equal 5 $stopped.ExitCode 'exit code'
Test-Equal $false $stopped.Complete 'complete'
$null = Install-ShmBroker -AllowUnsafeConfig -StartType Demand
Test-Equal 'manual' (Get-ShmBroker).StartType 'start type'
$null = Get-Failure { Install-ShmBroker -StartType sometimes }
$installed = Install-ShmBroker -Start -AllowUnsafeConfig -Audit:$false -StartType auto
Test-Equal $true $installed.WasInstalled 'installed before'
Test-Equal $true ($installed.ProcessId -gt 0) 'the process'

# ---- Get-ShmBroker ----
$status = Get-ShmBroker
Test-Equal 'ShmBroker.Status' $status.PSObject.TypeNames[0] 'type'
Test-Equal 'running' $status.State 'state'
Test-Equal $true $status.Complete 'complete'
Test-Equal 0 $status.Reasons.Count 'reasons'
Test-Equal $installed.ProcessId $status.ProcessId 'process'
Test-Equal 'automatic' $status.StartType 'start type'
Test-Equal $true ($status.Configuration -like '*\good.yaml') $status.Configuration
Test-Equal "$($manifest.ModuleVersion)$($manifest.PrivateData.PSData.Prerelease)" ($status.Version -replace '-(\w+)\.', '$1') 'version'
Test-Equal 'Local' "$($status.Since.Kind)" 'kind of the time'
Test-Equal $true ([Math]::Abs(((Get-Date) - $status.Since).TotalMinutes) -lt 10) "since $($status.Since)"
Test-Equal 0 $status.ExitCode 'exit code'
Test-Equal $true (($status | Out-String) -match '(?m)^StartType *: automatic') 'format'
$points = @(Get-ShmBroker -Verify)
Test-Equal 'ok' ($points | Where-Object Point -EQ 'account').Verdict 'account'

# ---- which program ----
if ($IsWindows) {
    Test-Equal $installed.Program (& (Get-Module ShmBroker) { Find-Program }) 'the program of the service'
    $beside = [IO.Path]::GetFullPath([IO.Path]::Combine($Module, '..', '..', 'bin', 'shmbroker.exe'))
    Test-Equal $beside (& (Get-Module ShmBroker) { Find-Program -Install }) 'the program to install'
}

# ---- Get-ShmBrokerObject ----
$objects = @(Get-ShmBrokerObject)
Test-Equal 'Go Orders Prices' (($objects.Name | Where-Object { $_ -ne $strange } | Sort-Object) -join ' ') 'objects'
Test-Equal 1 @($objects | Where-Object Name -CEQ $strange).Count 'an object with a strange name'
$prices = Get-ShmBrokerObject Prices
Test-Equal 'section' $prices.Kind 'kind'
Test-Equal 'held' $prices.State 'state'
Test-Equal 100 ([int] $prices.Bytes) 'bytes'
Test-Equal 'Global\Prices' $prices.FullName 'full name'
Test-Equal $true ($prices.Generation -is [uint64] -and $prices.Generation -gt 0) 'generation'
Test-Equal 2 $prices.Access.Count 'access'
$may = $prices.Access | Where-Object Sid -EQ 'S-1-5-4'
Test-Equal 'read and write' $may.May 'access of Interactive'
Test-Equal $null $may.Denied 'what is denied to Interactive'
$orders = Get-ShmBrokerObject 'Global\Orders'
Test-Equal 4 ([int] $orders.Queue.Slots) 'slots'
Test-Equal 'block' $orders.Queue.Overflow 'overflow'
Test-Equal 10 ([int] (Get-ShmBrokerObject $strange).Bytes) 'a strange name'
Test-Equal 'Prices.lock' (Get-ShmBrokerObject Prices.lock).Name 'a lock that is named'
Test-Equal 1 @(Get-ShmBrokerObject 'Pr*').Count 'objects of a pattern'
Test-Equal $true (@(Get-ShmBrokerObject 'Pr*' -All).Count -gt 2) 'all objects of a pattern'
Test-Equal $true (@(Get-ShmBrokerObject -All).Count -gt 5) 'all objects'
Test-Equal 0 @(Get-ShmBrokerObject 'None*').Count 'objects of a pattern'
$failures = $null
Test-Equal 1 @('None', 'Go' | Get-ShmBrokerObject -ErrorAction SilentlyContinue -ErrorVariable failures).Count 'one of two'
Test-Equal 'NOT_FOUND,Get-ShmBrokerObject' $failures[0].FullyQualifiedErrorId 'the identifier'
Test-Equal 'None' $failures[0].TargetObject 'the name'
Test-Equal 'NOT_FOUND,Get-ShmBrokerObject' (Get-Failure { Get-ShmBrokerObject '--verify' -ErrorAction Stop }).FullyQualifiedErrorId 'a name like an option'

# ---- a long document, as Windows PowerShell takes it apart ----
$text = '{"a":[],"b":[{"c":null,"d":[1,[2]]},"x"],"e":{"f":true},"g":[{}]}'
$dictionary = $text | ConvertFrom-Json -AsHashtable
$taken = & (Get-Module ShmBroker) { param($value) ConvertFrom-Dictionary $value } $dictionary
Test-Equal $text ($taken | ConvertTo-Json -Depth 9 -Compress) 'a document of dictionaries'
Test-Equal $true ($taken.b[0] -is [PSCustomObject] -and $taken.a -is [array]) 'its types'

# ---- Read-ShmBrokerSegment, Write-ShmBrokerSegment ----
$failure = Get-Failure { Read-ShmBrokerSegment Prices -LibraryPath $Folder }
Test-Equal 'NO_LIBRARY,Read-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'without the library for .NET'
Test-Equal $true ($failure.Exception.Message -match '^[^\n]*ShmBroker\.Client\.dll is missing[^\n]*-LibraryPath$') $failure.Exception.Message
$failure = Get-Failure { Read-ShmBrokerSegment Prices -Encoding none }
Test-Equal 'BAD_ARGUMENT,Read-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'an encoding that does not exist'
if (-not $IsWindows) {
    Test-Equal 'NO_LIBRARY,Write-ShmBrokerSegment' (Get-Failure { Write-ShmBrokerSegment Prices x }).FullyQualifiedErrorId 'the identifier'
} else {
    & $Plain write 'Global\Prices' 'from C'
    Test-Equal 'from C' (Read-ShmBrokerSegment Prices -Encoding utf-16le) 'what C wrote'
    Write-ShmBrokerSegment 'Global\Prices' "$([char] 0xDC)1.25" -Encoding utf-16le -Zero
    Test-Equal "$([char] 0xDC)1.25" ([Text.Encoding]::UTF8.GetString([Text.Encoding]::Latin1.GetBytes((& $Plain read 'Global\Prices')))) 'what C reads'
    Test-Equal 'DC 00 31 00 2E 00' (((Read-ShmBrokerSegment Prices -AsByteStream -Count 6) | ForEach-Object { $_.ToString('X2') }) -join ' ') 'bytes'
    $bytes = Read-ShmBrokerSegment Prices -AsByteStream
    Test-Equal $true ($bytes -is [byte[]]) 'an array of bytes'
    Test-Equal 100 $bytes.Length 'bytes'
    Test-Equal '' (Read-ShmBrokerSegment Prices -Offset 100) 'at the end'
    Test-Equal 'RANGE,Read-ShmBrokerSegment' (Get-Failure { Read-ShmBrokerSegment Prices -Offset 101 }).FullyQualifiedErrorId 'beyond the end'

    Write-ShmBrokerSegment Prices 'not written' -WhatIf
    Test-Equal ($bytes -join ' ') ((Read-ShmBrokerSegment Prices -AsByteStream) -join ' ') 'bytes after -WhatIf'
    Write-ShmBrokerSegment Prices 'abcdef' -Zero
    Write-ShmBrokerSegment Prices 'XY' -Offset 2
    Test-Equal 'abXYef' (Read-ShmBrokerSegment Prices) 'a part'
    Test-Equal 'bXY' ('Prices' | Read-ShmBrokerSegment -Offset 1 -Count 3) 'a part'
    [byte[]] (65..70) | Write-ShmBrokerSegment Prices -Zero
    Test-Equal 'ABCDEF' (Read-ShmBrokerSegment Prices) 'bytes from the pipeline'
    Write-ShmBrokerSegment Prices ([byte[]] (71, 72)) -Offset 1
    Test-Equal 'AGHDEF' (Read-ShmBrokerSegment Prices) 'an array of bytes'
    'one', 'two' | Write-ShmBrokerSegment Prices -Zero
    Test-Equal "one`r`ntwo" (Read-ShmBrokerSegment Prices) 'lines'
    Write-ShmBrokerSegment Prices 1.25 -Zero
    Test-Equal '1.25' (Read-ShmBrokerSegment Prices) 'a number'
    Write-ShmBrokerSegment Prices "$([char] 0xDC)" -Encoding ansi -Zero
    Test-Equal 220 ([int] (Read-ShmBrokerSegment Prices -AsByteStream)[0]) 'in the code page'
    Test-Equal "$([char] 0xDC)" (Read-ShmBrokerSegment Prices -Encoding ansi) 'in the code page'
    $failure = Get-Failure { Write-ShmBrokerSegment Prices "$([char] 0x4E2D)" -Encoding ansi }
    Test-Equal 'BAD_ARGUMENT,Write-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'what the code page lacks'
    $failure = Get-Failure { 'x', ([byte] 1) | Write-ShmBrokerSegment Prices }
    Test-Equal 'BAD_ARGUMENT,Write-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'text and bytes'
    $failure = Get-Failure { Write-ShmBrokerSegment Prices ('x' * 100) -Offset 1 }
    Test-Equal 'RANGE,Write-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'too long'
    Test-Equal 220 ([int] (Read-ShmBrokerSegment Prices -AsByteStream)[0]) 'what was there'
    Write-ShmBrokerSegment Prices '' -Zero
    Test-Equal '' (Read-ShmBrokerSegment Prices) 'zeros'
    Write-ShmBrokerSegment $strange 'unlocked' -Zero
    Test-Equal 'unlocked' (Read-ShmBrokerSegment $strange) 'a segment without a lock'

    $failure = Get-Failure { Read-ShmBrokerSegment None }
    Test-Equal 'NOT_FOUND,Read-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'the identifier'
    Test-Equal 'ObjectNotFound' "$($failure.CategoryInfo.Category)" 'the category'
    Test-Equal 1 $failure.Exception.Data['ExitCode'] 'the exit code'
    Test-Equal $true ($failure.Exception.Message -like 'None: *') $failure.Exception.Message
    Test-Equal 'WRONG_KIND,Read-ShmBrokerSegment' (Get-Failure { Read-ShmBrokerSegment Go }).FullyQualifiedErrorId 'an event'

    # A plain program has the lock, and dies with it.
    $start = New-Object System.Diagnostics.ProcessStartInfo $Plain, 'hold-mutex Global\Prices.lock'
    $start.RedirectStandardOutput = $true
    $start.UseShellExecute = $false
    $holder = [Diagnostics.Process]::Start($start)
    Test-Equal 'holding' $holder.StandardOutput.ReadLine() 'the other program'
    $failure = Get-Failure { Write-ShmBrokerSegment Prices 'late' -Timeout 0.1 }
    Test-Equal 'TIMEOUT,Write-ShmBrokerSegment' $failure.FullyQualifiedErrorId 'the lock of another program'
    Test-Equal 4 $failure.Exception.Data['ExitCode'] 'the exit code'
    Test-Equal '' (Read-ShmBrokerSegment Prices) 'read while it is locked'
    $holder.Kill()
    $holder.WaitForExit()
    $warnings = $null
    Write-ShmBrokerSegment Prices 'after' -WarningVariable warnings
    Test-Equal 'after' (Read-ShmBrokerSegment Prices) 'written all the same'
    Test-Equal $true ("$warnings" -like '*died*shmb repair Prices') "warnings: $warnings"

    # Objects on request.
    $failure = Get-Failure { Request-ShmBrokerObject Stranger.Asked -Size 64 }
    Test-Equal 'NOT_ALLOWED,Request-ShmBrokerObject' $failure.FullyQualifiedErrorId 'a request without a rule'
    Test-Equal 'NoRule' $failure.TargetObject.Reason 'why it was refused'
    Test-Equal 1 $failure.Exception.Data['ExitCode'] 'the exit code'
    $asked = Request-ShmBrokerObject Stranger.Asked -Kind Semaphore -MaximumCount 2 -Ask
    Test-Equal 'False NoRule' "$($asked.Allowed) $($asked.Reason)" 'what the answer would be'
    Test-Equal $true ($asked.Text -match 'rule') $asked.Text
    Request-ShmBrokerObject Asked.Segment -Size 100 -WhatIf
    Test-Equal $true (Request-ShmBrokerObject Asked.Segment -Size 100 -Ask).Made 'nothing was made'
    $made = Request-ShmBrokerObject Asked.Segment -Size 100
    Test-Equal 'True 100 AskedRule' "$($made.Made) $($made.Size) $($made.Rule)" 'a segment on request'
    $object = Get-ShmBrokerObject Asked.Segment
    Test-Equal 'AskedRule' $object.Rule 'the rule of an object'
    Test-Equal $true ([bool] $object.Account) 'who asked for it'
    Test-Equal '' "$((Get-ShmBrokerObject Prices).Rule)$((Get-ShmBrokerObject Prices).Account)" 'a configured object'
    Write-ShmBrokerSegment Asked.Segment 'on request' -Zero
    Test-Equal 'on request' (Read-ShmBrokerSegment Asked.Segment) 'its text'
    $failure = Get-Failure { Request-ShmBrokerObject Asked.Other -Size 100 }
    Test-Equal 'QUOTA,Request-ShmBrokerObject' $failure.FullyQualifiedErrorId 'more than the rule allows'
    Test-Equal 'EachObjects 1 1' "$($failure.TargetObject.Reason) $($failure.TargetObject.Used) $($failure.TargetObject.Most)" 'its numbers'
    Remove-ShmBrokerObject Asked.Segment -WhatIf
    Remove-ShmBrokerObject Asked.Segment
    Test-Equal 'NOT_FOUND,Read-ShmBrokerSegment' (Get-Failure { Read-ShmBrokerSegment Asked.Segment }).FullyQualifiedErrorId 'removed'
    Test-Equal 'NOT_FOUND,Remove-ShmBrokerObject' (Get-Failure { Remove-ShmBrokerObject Asked.Segment }).FullyQualifiedErrorId 'removed twice'

    # A module without the library beside it.
    $copy = (New-Item -ItemType Directory (Join-Path $Folder 'ShmBroker')).FullName
    foreach ($file in 'ShmBroker.psd1', 'ShmBroker.psm1', 'ShmBroker.format.ps1xml') {
        Copy-Item -LiteralPath (Join-Path $Module $file) -Destination (Join-Path $copy $file)
    }
    $other = Import-Module $copy -Force -PassThru -Prefix Other
    Test-Equal 'NO_LIBRARY' (Get-Failure { Read-OtherShmBrokerSegment Prices }).Exception.Data['Code'] 'the code'
    Test-Equal 'after' (Read-OtherShmBrokerSegment Prices -LibraryPath $Module) 'the library of another folder'
    Remove-Module $other
}

# ---- Update-ShmBrokerConfig ----
$text = [IO.File]::ReadAllText($good)
$next = Write-File 'next.yaml' ($text -replace 'events: \{', 'events: { New: { reset: auto },')
$plan = Update-ShmBrokerConfig $next -WhatIf
Test-Equal 'planned' $plan.Result 'result'
Test-Equal $true $plan.Changed 'changed'
Test-Equal 'create New event' (($plan.Steps | Where-Object Action -EQ create | ForEach-Object { "$($_.Action) $($_.Name) $($_.Kind)" }) -join ', ') 'steps'
Test-Equal $text ([IO.File]::ReadAllText($good)) 'the configuration after -WhatIf'
Test-Equal 0 @(Get-ShmBrokerObject 'New*').Count 'new objects after -WhatIf'
$update = Update-ShmBrokerConfig $next
Test-Equal 'ShmBroker.Update' $update.PSObject.TypeNames[0] 'type'
Test-Equal 'applied' $update.Result 'result'
Test-Equal $true ($update.Changed -and $update.Running -and -not $update.Restored -and -not $update.Degraded) 'what was done'
Test-Equal $true ($update.File -like '*\good.yaml') $update.File
Test-Equal $true ($update.Former -like '*\good.yaml.former') $update.Former
Test-Equal 'held' (Get-ShmBrokerObject New).State 'the new object'
$update = Update-ShmBrokerConfig $next
Test-Equal 'unchanged' $update.Result 'result'
Test-Equal $false $update.Changed 'changed'
Test-Equal $null $update.Former 'the former'
$failure = Get-Failure { Update-ShmBrokerConfig $bad }
Test-Equal 'INVALID,Update-ShmBrokerConfig' $failure.FullyQualifiedErrorId 'the identifier'
Test-Equal 1 $failure.Exception.Data['ExitCode'] 'the exit code'
Test-Equal 'invalid' $failure.TargetObject.Result 'result'
Test-Equal $true ($failure.Exception.Message -match 'nothing was changed: .*bad\.yaml:2:\d+: ') $failure.Exception.Message
Test-Equal 'INVALID,Update-ShmBrokerConfig' (Get-Failure { Update-ShmBrokerConfig $bad -WhatIf }).FullyQualifiedErrorId 'the identifier'
Test-Equal 'held' (Get-ShmBrokerObject New).State 'the new object'
$elsewhere = Get-Failure { Update-ShmBrokerConfig $next -Config (Join-Path $Folder 'elsewhere.yaml') }
Test-Equal 'NOT_SO,Update-ShmBrokerConfig' $elsewhere.FullyQualifiedErrorId 'a place that is not included'
$null = Update-ShmBrokerConfig (Write-File 'whole.yaml' "$([IO.File]::ReadAllText($next))`ninclude: part-*.yaml`n")
$part = Write-File 'new.yaml' "version: 1`ndefaults: { access: { write: [Interactive] } }`nmutexes: { Part: }`n"
$update = Update-ShmBrokerConfig $part -Config (Join-Path $Folder 'part-one.yaml')
Test-Equal 'applied' $update.Result 'result'
Test-Equal $true ($update.File -like '*\part-one.yaml') $update.File
Test-Equal $true ($update.Configuration -like '*\good.yaml') $update.Configuration
Test-Equal 'held' (Get-ShmBrokerObject Part).State 'the object of the included file'

# ---- a reload that is refused ----
Copy-Item $bad $good
$program = & (Get-Module ShmBroker) { Find-Program }
& $program reload >$null 2>$null
$refused = Get-ShmBroker
Test-Equal $true (@($refused.Findings | Where-Object Severity -EQ error).Count -gt 0) 'findings of the reload'
Test-Equal 'refused' $refused.LastReload 'the last reload'

# ---- no program, or another one: not where it is registered and beside the module ----
if (-not $IsWindows) {
    $path = $env:PATH
    $env:PATH = $Folder
    Test-Equal 'NOT_INSTALLED,Get-ShmBroker' (Get-Failure { Get-ShmBroker }).FullyQualifiedErrorId 'without the program'
    $other = Write-File 'shmbroker' "#!/bin/sh`necho no JSON; echo broken >&2; exit 9`n"
    & /bin/chmod +x $other
    $failure = Get-Failure { Get-ShmBroker }
    Test-Equal 'NO_ANSWER,Get-ShmBroker' $failure.FullyQualifiedErrorId 'without an answer'
    Test-Equal 9 $failure.Exception.Data['ExitCode'] 'the exit code'
    Test-Equal $true ($failure.Exception.Message -match '(?s)broken.*no JSON') $failure.Exception.Message
    $null = Write-File 'shmbroker' "#!/bin/sh`necho `"called: `$*`"; exit 9`n"
    $failure = Get-Failure { Install-ShmBroker -OnPath -StartType Disabled }
    Test-Equal $true ($failure.Exception.Message -clike '*called: install --json --start-type disabled --path') $failure.Exception.Message
    $failure = Get-Failure { Install-ShmBroker -OnPath:$false }
    Test-Equal $true ($failure.Exception.Message -clike '*called: install --json --no-path') $failure.Exception.Message
    $env:PATH = $path
}

if ($script:wrong -eq 0) {
    'the module does what it says'
}
exit [int] ($script:wrong -gt 0)
