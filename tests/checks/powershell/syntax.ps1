# Every script of a folder, and those below it, in the syntax of Windows PowerShell 5.1: no errors,
# nothing that came with PowerShell 6 or 7, ASCII.
param([Parameter(Mandatory)] [string] $Folder)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$newer = 'TernaryExpressionAst', 'PipelineChainAst'
$wrong = $false

function Find-Newer($Ast) {
    $Ast.FindAll({
            param($node)
            $node.GetType().Name -in $newer -or
            ($node.PSObject.Properties['NullConditional'] -and $node.NullConditional) -or
            ($node.PSObject.Properties['CleanBlock'] -and $node.CleanBlock) -or
            ($node.PSObject.Properties['Operator'] -and "$($node.Operator)" -like 'QuestionQuestion*') -or
            ($node.PSObject.Properties['Background'] -and $node.Background)
        }, $true)
}

$found = 0
foreach ($file in Get-ChildItem -LiteralPath $Folder -Recurse -File | Where-Object Extension -in '.ps1', '.psm1') {
    $found++
    $tokens = $errors = $null
    $ast = [Management.Automation.Language.Parser]::ParseFile($file.FullName, [ref] $tokens, [ref] $errors)
    foreach ($problem in $errors) {
        "$($problem.Extent.File):$($problem.Extent.StartLineNumber): $($problem.Message)"
        $wrong = $true
    }
    foreach ($node in Find-Newer $ast) {
        "$($file.FullName):$($node.Extent.StartLineNumber): not in 5.1: $($node.Extent.Text)"
        $wrong = $true
    }
    if ([IO.File]::ReadAllText($file.FullName) -match '[^\x00-\x7f]') {
        "$($file.FullName): not in ASCII, which Windows PowerShell would read in another code page"
        $wrong = $true
    }
}
# The search itself.
$sample = [Management.Automation.Language.Parser]::ParseInput(
    '$a ? 1 : 2; $a ?? 1; $a ??= 1; ${a}?.b; a && b; a &; function f { clean { } }', [ref] $null, [ref] $null)
if (@(Find-Newer $sample).Count -lt 7 -or $found -eq 0) {
    "no scripts, or newer syntax is not found: $(@(Find-Newer $sample).Count)"
    $wrong = $true
}
exit [int] $wrong
