package fetch

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"atelier/models"
)

func TestBudget(t *testing.T) {
	if err := spend(t.Context()); err != nil {
		t.Errorf("without a budget: %v", err)
	}
	outer, cancel := WithBudget(t.Context(), 3, time.Minute)
	defer cancel()
	inner, cancel := WithBudget(outer, 2, time.Minute)
	defer cancel()
	generous, cancel := WithBudget(outer, 100, time.Minute)
	defer cancel()
	for i, test := range []struct {
		ctx  context.Context
		want models.Kind
	}{
		{inner, ""}, {inner, ""}, {inner, models.TooMany},
		{generous, ""}, {generous, models.TooMany}, // the third of the outer one, of which it is a part
		{outer, models.TooMany},
	} {
		if got := models.KindOf(spend(test.ctx)); got != test.want {
			t.Errorf("request %d: spend = %q, want %q", i+1, got, test.want)
		}
	}
}

func TestBudgetIsAlsoOfTime(t *testing.T) {
	ctx, cancel := WithBudget(t.Context(), 3, time.Millisecond)
	defer cancel()
	select {
	case <-ctx.Done():
	case <-time.After(10 * time.Second):
		t.Error("the time of the budget does not end")
	}
}

func TestGates(t *testing.T) {
	var g gates
	var inside, most atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			leave, err := g.enter(t.Context(), "a.example", 3)
			if err != nil {
				t.Error(err)
				return
			}
			for n := inside.Add(1); n > most.Load(); {
				most.Store(n)
			}
			time.Sleep(time.Millisecond)
			inside.Add(-1)
			leave()
			leave() // a second time it does nothing
		})
	}
	all.Wait()
	if most.Load() != 3 {
		t.Errorf("%d were inside at once, want 3", most.Load())
	}
	leave, err := g.enter(t.Context(), "b.example", 1)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := g.enter(ctx, "b.example", 1); !errors.Is(err, context.Canceled) {
		t.Errorf("enter a full gate = %v, want that the context has ended", err)
	}
	leave()
	if len(g.open) != 0 {
		t.Errorf("%d gates are kept that nobody uses", len(g.open))
	}
}
