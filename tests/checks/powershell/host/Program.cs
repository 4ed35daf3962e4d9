// PowerShell for Windows as a program of its own, which Wine can run: pwsh.exe wants a runtime that is
// installed.
//
//     host SCRIPT WORD...    runs the script with these words; the exit code is the script's
using System;
using System.Linq;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Microsoft.PowerShell;

static class Program
{
    static int Main(string[] words)
    {
        var state = InitialSessionState.CreateDefault();
        state.ExecutionPolicy = ExecutionPolicy.Bypass;
        using var runspace = RunspaceFactory.CreateRunspace(state);
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        shell.AddCommand(words[0]);
        foreach (var word in words.Skip(1))
            shell.AddArgument(word);
        shell.AddCommand("Out-String").AddParameter("Stream").AddParameter("Width", 200);
        var lines = new PSDataCollection<PSObject>();
        lines.DataAdded += (_, added) => Console.WriteLine(lines[added.Index]);
        try
        {
            shell.Invoke(null, lines);
        }
        catch (RuntimeException error)
        {
            Console.WriteLine($"{error.ErrorRecord.InvocationInfo?.PositionMessage}\n{error.Message}");
            return 1;
        }
        foreach (var error in shell.Streams.Error)
            Console.WriteLine(error);
        return runspace.SessionStateProxy.GetVariable("LASTEXITCODE") is int code ? code : 1;
    }
}
