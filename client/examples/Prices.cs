// A price that all programs on this machine share. Needs only .NET.
//
//     csc /out:PricesNet.exe Prices.cs
//
//     PricesNet 1.25     writes it
//     PricesNet          shows it
using System;
using System.IO.MemoryMappedFiles;
using System.Text;
using System.Threading;

static class Prices
{
    const int Size = 64;

    static int Main(string[] args)
    {
        var text = Encoding.UTF8.GetBytes(args.Length > 0 ? args[0] : "");
        if (text.Length >= Size)
        {
            Console.WriteLine("Prices: the text has more than " + (Size - 1) + " bytes");
            return 1;
        }
        using (var file = MemoryMappedFile.OpenExisting(@"Global\Prices", MemoryMappedFileRights.ReadWrite))
        using (var view = file.CreateViewAccessor(0, Size, MemoryMappedFileAccess.ReadWrite))
        using (var mutex = Mutex.OpenExisting(@"Global\Prices.lock"))
        {
            var bytes = new byte[Size];

            try
            {
                mutex.WaitOne();
            }
            catch (AbandonedMutexException)
            {
                // The last owner died. We hold the mutex; the content may be half written.
            }
            try
            {
                if (args.Length > 0)
                {
                    // The text, and zeros up to the end.
                    text.CopyTo(bytes, 0);
                    view.WriteArray(0, bytes, 0, Size);
                }
                view.ReadArray(0, bytes, 0, Size);
            }
            finally
            {
                mutex.ReleaseMutex();
            }
            int end = Array.IndexOf(bytes, (byte)0);
            Console.WriteLine(Encoding.UTF8.GetString(bytes, 0, end < 0 ? Size : end));
        }
        return 0;
    }
}
