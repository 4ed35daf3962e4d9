/* Writes completion scripts from the table of verbs. */
#include "completion.h"

#include <string.h>

#include "out.h"

/* True for a verb without actions, and for the first action of a verb. */
static bool first_of_verb(const struct verb *verbs, size_t index)
{
    return index == 0 || strcmp(verbs[index - 1].verb, verbs[index].verb) != 0;
}

/* Writes the options of a verb, each in quotes, and --help at the end. */
static void print_options(const struct verb *verb, const char *quote, const char *separator)
{
    const char *word;
    size_t at = 0;

    while ((word = arguments_next_option(verb->options, &at)) != NULL)
        out_text("%s%s%s%s", quote, word, quote, separator);
    out_text("%s--help%s", quote, quote);
}

/* Writes all verbs, each in quotes. */
static void print_verbs(const struct verb *verbs, size_t count)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (first_of_verb(verbs, i))
            out_text("%s'%s'", i == 0 ? "" : ", ", verbs[i].verb);
}

/*
 * A table from "verb" or "verb action" to its options, and the code that uses it. PowerShell
 * reads the output of a program in the code page of the console, unless it is told otherwise.
 */
static void print_powershell(const struct verb *verbs, size_t count)
{
    size_t i;

    out_text("# shmb completion powershell | Out-String | Invoke-Expression\n"
             "Register-ArgumentCompleter -Native -CommandName shmb, shmb.exe -ScriptBlock {\n"
             "    param($word, $tree, $cursor)\n"
             "    $verbs = @{\n");
    for (i = 0; i < count; i++) {
        out_text("        '%s%s%s' = @(", verbs[i].verb, verbs[i].action != NULL ? " " : "",
                 verbs[i].action != NULL ? verbs[i].action : "");
        print_options(&verbs[i], "'", ", ");
        out_text(")\n");
    }
    out_text("        'help' = @(");
    print_verbs(verbs, count);
    out_text(")\n        'version' = @()\n");
    out_text(
        "    }\n"
        "    $typed = @($tree.CommandElements | Select-Object -Skip 1 |\n"
        "        Where-Object { $_.Extent.EndOffset -lt $cursor } | ForEach-Object { \"$_\" })\n"
        "    $key = ($typed | Select-Object -First 2) -join ' '\n"
        "    if (-not $verbs.ContainsKey($key)) { $key = \"$($typed | Select-Object -First 1)\" }\n"
        "    $found = @()\n"
        "    $code = Get-Variable LASTEXITCODE -Scope Global -ValueOnly -ErrorAction Ignore\n"
        "    if ($typed.Count -eq 0) {\n"
        "        $found = $verbs.Keys | ForEach-Object { $_.Split(' ')[0] } | Sort-Object -Unique\n"
        "    } elseif ($verbs.ContainsKey($key)) {\n"
        "        $found = $verbs[$key]\n"
        "        if (-not $word.StartsWith('-')) {\n"
        "            $encoding = [Console]::OutputEncoding\n"
        "            try {\n"
        "                [Console]::OutputEncoding = [Text.Encoding]::UTF8\n"
        "                $found += @(shmb list --names 2>$null)\n"
        "            } catch { } finally {\n"
        "                [Console]::OutputEncoding = $encoding\n"
        "                $global:LASTEXITCODE = $code\n"
        "            }\n"
        "        }\n"
        "    } else {\n"
        "        $found = $verbs.Keys | Where-Object { $_.StartsWith(\"$key \") } |\n"
        "            ForEach-Object { $_.Split(' ')[1] }\n"
        "    }\n"
        "    $found | Where-Object { $_ -like \"$word*\" } | ForEach-Object {\n"
        "        $text = $_\n"
        "        if ($_ -match '[^\\w.-]') {\n"
        "            $text = [System.Management.Automation.Language.CodeGeneration]"
        "::EscapeSingleQuotedStringContent($_)\n"
        "            $text = \"'$text'\"\n"
        "        }\n"
        "        [System.Management.Automation.CompletionResult]::new($text, $_, "
        "'ParameterValue', $_)\n"
        "    }\n"
        "}\n");
}

/* https://chrisant996.github.io/clink/clink.html#argumentcompletion */
static void print_clink(const struct verb *verbs, size_t count)
{
    size_t i;

    out_text("-- shmb completion clink > \"%%LOCALAPPDATA%%\\clink\\shmb.lua\"\n"
             "local function names()\n"
             "    local found = {}\n"
             "    local out = io.popen('shmb list --names 2>nul')\n"
             "    if out then\n"
             "        for line in out:lines() do\n"
             "            table.insert(found, line)\n"
             "        end\n"
             "        out:close()\n"
             "    end\n"
             "    return found\n"
             "end\n"
             "\n"
             "clink.argmatcher('shmb'):addarg(\n");
    for (i = 0; i < count; i++) {
        if (first_of_verb(verbs, i)) {
            out_text("%s    '%s' .. clink.argmatcher()", i == 0 ? "" : ",\n", verbs[i].verb);
            if (verbs[i].action != NULL)
                out_text(":addarg(");
        }
        if (verbs[i].action != NULL)
            out_text("'%s' .. clink.argmatcher()", verbs[i].action);
        if (verbs[i].name != NAME_NONE)
            out_text(":addarg(names)");
        out_text(":addflags(");
        print_options(&verbs[i], "'", ", ");
        out_text(")");
        if (verbs[i].action != NULL)
            out_text(i + 1 < count && !first_of_verb(verbs, i + 1) ? ", " : ")");
    }
    out_text(",\n    'help' .. clink.argmatcher():addarg(");
    print_verbs(verbs, count);
    out_text("),\n    'version' .. clink.argmatcher()\n)\n");
}

enum shmb_exit completion_powershell(struct arguments *arguments)
{
    print_powershell(arguments->verbs, arguments->verb_count);
    return SHMB_EXIT_DONE;
}

enum shmb_exit completion_clink(struct arguments *arguments)
{
    print_clink(arguments->verbs, arguments->verb_count);
    return SHMB_EXIT_DONE;
}
