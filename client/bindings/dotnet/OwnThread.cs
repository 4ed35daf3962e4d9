using System;
using System.Collections.Concurrent;
using System.Threading;
using System.Threading.Tasks;

namespace ShmBroker;

/// <summary>A thread that runs what it is given, one after the other: for what belongs to a thread.</summary>
internal sealed class OwnThread : IDisposable
{
#pragma warning disable CA2213 // the thread disposes it at its end
    private readonly BlockingCollection<Action> _work = [];
#pragma warning restore CA2213

    internal OwnThread(string name)
    {
        var thread = new Thread(Work) { IsBackground = true, Name = name };
        thread.Start();
    }

    /// <summary>It ends when it has done what it was given.</summary>
    public void Dispose() => _work.CompleteAdding();

    /// <summary>Runs a function in the thread.</summary>
    internal Task<T> RunAsync<T>(Func<T> function)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            _work.Add(() => Run(function, done));
        }
        catch (InvalidOperationException)
        {
            throw new ObjectDisposedException(nameof(OwnThread));
        }
        return done.Task;
    }

    private static void Run<T>(Func<T> function, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(function());
        }
        catch (OperationCanceledException)
        {
            done.SetCanceled();
        }
#pragma warning disable CA1031 // whoever awaits gets it
        catch (Exception failure)
#pragma warning restore CA1031
        {
            done.SetException(failure);
        }
    }

    private void Work()
    {
        foreach (Action action in _work.GetConsumingEnumerable())
            action();
        _work.Dispose();
    }
}
