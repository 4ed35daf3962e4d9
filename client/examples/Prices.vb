' A price that all programs on this machine share, with the package ShmBroker.Client.
'
'     dotnet new console -lang VB -o PricesVb
'     dotnet add PricesVb package ShmBroker.Client
'
'     PricesVb 1.25     writes it
'     PricesVb          shows it
Imports System
Imports System.Text
Imports ShmBroker

Module Prices
    Function Main(args As String()) As Integer
        Dim limit = TimeSpan.FromSeconds(5)

        Try
            Using prices = Segment.Open("Prices", Rights.Write, limit)
                If args.Length > 0 Then
                    ' The text, and zeros up to the end.
                    Dim text = Encoding.UTF8.GetBytes(args(0))
                    If text.Length >= prices.Size Then
                        Console.WriteLine("Prices: the text has more than " & (prices.Size - 1) & " bytes")
                        Return 1
                    End If
                    Array.Resize(text, CInt(prices.Size))
                    prices.Update(0, text, limit)
                End If
                Dim bytes = prices.Snapshot(0, CInt(prices.Size), limit)
                Dim length = Array.IndexOf(bytes, CByte(0))
                Console.WriteLine(Encoding.UTF8.GetString(bytes, 0, If(length < 0, bytes.Length, length)))
            End Using
            Return 0
        Catch failure As ShmbException
            Console.WriteLine("Prices: " & failure.Message)
            Return 1
        End Try
    End Function
End Module
