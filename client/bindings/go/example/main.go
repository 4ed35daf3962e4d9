//go:build windows

// Opens Prices of client/examples/prices.yaml, writes, waits for the change, reads and lists. Build it
// with
//
//	go build ./example
//
// and put shmbclient.dll beside it.
package main

import (
	"bytes"
	"context"
	"fmt"
	"log"
	"time"

	"shmbroker"
)

func main() {
	log.SetFlags(0)
	if err := run(); err != nil {
		log.Fatal(err)
	}
}

func run() error {
	prices, err := shmbroker.Open("Prices", shmbroker.Write, 5*time.Second)
	if err != nil {
		return err
	}
	defer prices.Close()

	// One write, under the lock. The text ends with a zero.
	if _, err = prices.Update([]byte("1.25\x00"), 0, 5*time.Second); err != nil {
		return err
	}

	// Another goroutine makes several writes that belong together.
	seen, err := prices.ChangeNumber()
	if err != nil {
		return err
	}
	failed := make(chan error, 1)
	go func() { failed <- write(prices) }()

	// Waits for them; the context limits the wait.
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if _, err = prices.WaitChanged(ctx, seen); err != nil {
		return err
	}
	if err = <-failed; err != nil {
		return err
	}

	// A copy that never has half of a write in it, without the lock.
	text := make([]byte, prices.Size())
	if _, err = prices.SnapshotWait(text, 0, time.Second); err != nil {
		return err
	}
	price, _, _ := bytes.Cut(text, []byte{0})
	fmt.Printf("Prices: %s\n", price)

	objects, err := shmbroker.List()
	if err != nil {
		return err
	}
	for _, object := range objects {
		fmt.Printf("%s: %v, %d bytes\n", object.Name, object.Kind, object.Size)
	}
	return nil
}

// write holds the lock for two writes; readers see both or none.
func write(prices *shmbroker.Segment) error {
	lock, err := prices.Lock(5 * time.Second)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	if lock.Abandoned() {
		// The last owner died: the content may be half written. We write all of it.
		if err = lock.MarkConsistent(); err != nil {
			return err
		}
	}
	write, err := prices.BeginWrite()
	if err != nil {
		return err
	}
	defer write.End()
	if _, err = prices.WriteAt([]byte("1."), 0); err != nil {
		return err
	}
	_, err = prices.WriteAt([]byte("26\x00"), 2)
	return err
}
