// Package shmbroker opens what the ShmBroker service holds: shared memory, locks and queues, from any
// session of a Windows machine. The service creates the objects from its configuration; a program
// needs no privilege. The reference of all calls is shmb.h.
//
// The library shmbclient.dll is loaded with the first call, from the folder of the program or from
// System32, never from the current folder or the path. LoadLibrary takes it from elsewhere.
//
// # Errors
//
// A call of the library that fails returns an *Error. errors.Is compares it with a Result, such as
// ErrTimeout, and with fs.ErrNotExist, fs.ErrPermission and os.ErrDeadlineExceeded.
//
// # Goroutines
//
// All calls may be made from any goroutine. A lock belongs to a thread of the system, so Lock,
// BeginWrite and FillOnce keep the goroutine on its thread until their end, as
// runtime.LockOSThread does. The goroutine that took a lock must release it. If it ends without, its
// thread ends too, and the next owner is told that the lock was abandoned; but on the first thread of
// the process, which Go never ends, the lock stays taken until the program ends.
package shmbroker
