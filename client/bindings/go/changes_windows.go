package shmbroker

import (
	"context"
	"syscall"
	"time"
	"unsafe"
)

const recheck = time.Second // SHMB_RECHECK_MS

// ChangeNumber returns the change number: 0 at first, another one after each finished write of the
// library.
func (s *Segment) ChangeNumber() (uint64, error) {
	var number uint64
	_, err := s.handle.use(func(value uintptr) int32 { return shmbChangeNumber(value, &number) })
	return number, err
}

// WaitChanged waits until the change number differs from `seen`, and returns it; with 0, for the first
// change ever. Several changes may end one wait. The segment needs `notify: true`. The context, or
// Close, ends the wait.
func (s *Segment) WaitChanged(ctx context.Context, seen uint64) (uint64, error) {
	now, err := s.ChangeNumber()
	if err != nil || now != seen {
		return now, err
	}
	changes, err := s.Subscribe(seen)
	if err != nil {
		return seen, err
	}
	defer func() { _ = changes.Close() }()
	for {
		if err = changes.wait(ctx, s.handle.closing); err != nil {
			return seen, err
		}
		if now, err = s.ChangeNumber(); err != nil || now != seen {
			return now, err
		}
	}
}

// A Subscription has one event for all changes of a segment. It may outlive the segment.
type Subscription struct {
	handle handle
	event  syscall.Handle
}

// Subscribe begins a subscription: its event is set once the change number differs from `seen`, and
// again after each later change.
func (s *Segment) Subscribe(seen uint64) (*Subscription, error) {
	var value uintptr
	var event syscall.Handle
	_, err := s.handle.use(func(segment uintptr) int32 { return shmbSubscribe(segment, seen, &value, &event) })
	if err != nil {
		return nil, err
	}
	return &Subscription{newHandle(value, shmbUnsubscribe), event}, nil
}

// Wait waits for a change since the last call. It may return for a change that the program has seen.
// If the change number cannot be read any more, it returns nil once, and ChangeNumber says why.
func (c *Subscription) Wait(ctx context.Context) error { return c.wait(ctx, nil) }

func (c *Subscription) wait(ctx context.Context, ended <-chan struct{}) error {
	if _, err := c.handle.acquire(); err != nil {
		return err
	}
	defer c.handle.release()
	return waitFor(ctx, c.event, Infinite, c.handle.closing, ended)
}

// Event returns the event, for WaitForMultipleObjects. It is valid until Close; do not set or close it.
func (c *Subscription) Event() syscall.Handle { return c.event }

// Close ends the subscription, and each Wait.
func (c *Subscription) Close() error { return c.handle.close() }

// waitFor waits for an event: nil also after `timeout`. The context, or one of the channels, ends it.
func waitFor(ctx context.Context, event syscall.Handle, timeout time.Duration, closing, ended <-chan struct{}) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	stop, _, err := createEvent.Call(0, 1, 0, 0)
	if stop == 0 {
		return err
	}
	done, reason := make(chan struct{}), make(chan error)
	go func() {
		var why error
		select {
		case <-ctx.Done():
			why = ctx.Err()
		case <-closing:
			why = ErrClosed
		case <-ended:
			why = ErrClosed
		case <-done:
		}
		_, _, _ = setEvent.Call(stop)
		reason <- why
	}()
	handles := [2]syscall.Handle{event, syscall.Handle(stop)}
	which, _, err := waitForMultipleObjects.Call(2, uintptr(unsafe.Pointer(&handles[0])), 0, uintptr(milliseconds(timeout)))
	close(done)
	why := <-reason
	_ = syscall.CloseHandle(syscall.Handle(stop))
	switch uint32(which) {
	case syscall.WAIT_OBJECT_0, syscall.WAIT_TIMEOUT:
		return nil
	case syscall.WAIT_OBJECT_0 + 1:
		return why
	}
	return err
}
