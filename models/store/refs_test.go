package store_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"atelier/models"
	"atelier/models/store"
	"atelier/models/store/storetest"
)

// Refs show the same posts as the lists themselves, with the stamps that the
// posts have when they are read.
func TestRefsAgreeWithPosts(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, ben := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary)
		far := storetest.Account(t, s, "far@away.example")
		follow(t, s, ben, ana)
		public := storetest.Post(t, s, ana, func(p *models.Post) { p.Tags = []string{"Silence"} })
		members := storetest.Post(t, s, ana, func(p *models.Post) { p.Visibility, p.LocalOnly = models.Private, true })
		own := storetest.Post(t, s, far, func(p *models.Post) { p.Visibility = models.Private })
		boost := storetest.Post(t, s, ana, func(p *models.Post) { p.BoostOfID = public.ID })
		hidden := storetest.Post(t, s, ana, func(p *models.Post) { p.BoostOfID = own.ID }) // of a post that only far's followers may read
		storetest.Write(t, s, func(tx *store.Tx) error {
			for _, p := range []*models.Post{members, boost, hidden} {
				if err := tx.AddHome(ctx, p); err != nil {
					return err
				}
			}
			if err := tx.CountPost(ctx, public.ID, models.PostStats{Boosts: 1}); err != nil {
				return err
			}
			if err := tx.SetBookmark(ctx, tx.NewID(), ben.ID, public.ID, true); err != nil {
				return err
			}
			if err := tx.SetThreadMute(ctx, ben.ID, members.ThreadID, true); err != nil {
				return err
			}
			_, err := tx.AddFavourite(ctx, &models.Reaction{ID: tx.NewID(), AccountID: ben.ID, PostID: members.ID, URI: "like"})
			return err
		})
		viewer := storetest.ViewerOf(ben, models.Ordinary)
		post, err := s.PostByID(ctx, public.ID)
		if err != nil {
			t.Fatal(err)
		}
		author, err := s.Account(ctx, ana.ID)
		if err != nil {
			t.Fatal(err)
		}
		ref := func(p *models.Post) store.Ref {
			return store.Ref{ID: p.ID, Stamp: p.Stamp, AuthorID: ana.ID, AuthorStamp: author.Stamp}
		}
		kept, read, boosted := ref(post), ref(members), ref(boost)
		kept.Marks = store.Marks{Bookmarked: true}
		read.Marks = store.Marks{Favourited: true, Muted: true}
		subject := ref(post)
		boosted.BoostOf, boosted.Marks = &subject, store.Marks{Bookmarked: true}
		page := store.Page{Limit: 10}
		for _, test := range []struct {
			name string
			want []store.Ref
			read func() ([]store.Ref, error)
		}{
			{"home, without the boost of what may not be read", []store.Ref{boosted, read}, func() ([]store.Ref, error) { return s.HomeRefs(ctx, viewer, page) }},
			{"the members' local timeline", []store.Ref{read, kept}, func() ([]store.Ref, error) {
				return s.PublicRefs(ctx, viewer, store.PublicFilter{Local: true}, page)
			}},
			{"a stranger's local timeline", []store.Ref{ref(post)}, func() ([]store.Ref, error) {
				return s.PublicRefs(ctx, models.Stranger, store.PublicFilter{Local: true}, page)
			}},
			{"a tag", []store.Ref{kept}, func() ([]store.Ref, error) {
				return s.TaggedRefs(ctx, viewer, store.TagFilter{Any: []string{"silence"}}, page)
			}},
			{"a tag that nobody used", nil, func() ([]store.Ref, error) {
				return s.TaggedRefs(ctx, viewer, store.TagFilter{Any: []string{"noise"}}, page)
			}},
			{"a profile, above an id", []store.Ref{boosted, read}, func() ([]store.Ref, error) {
				return s.AccountRefs(ctx, viewer, ana.ID, store.AccountFilter{}, store.Page{Min: public.ID, Limit: 2})
			}},
		} {
			got, err := test.read()
			if diff := cmp.Diff(test.want, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", test.name, err, diff)
			}
		}
		some, err := s.RefsOf(ctx, viewer, []models.ID{own.ID, members.ID})
		if diff := cmp.Diff(map[models.ID]store.Ref{members.ID: read}, some); err != nil || diff != "" {
			t.Errorf("RefsOf: %v (-want +got):\n%s", err, diff)
		}
		stamps, err := s.AccountStamps(ctx, []models.ID{ana.ID, 7})
		if diff := cmp.Diff(map[models.ID]int64{ana.ID: author.Stamp}, stamps); err != nil || diff != "" {
			t.Errorf("AccountStamps: %v (-want +got):\n%s", err, diff)
		}
		posts, err := s.PostsAnyway(ctx, []models.ID{public.ID})
		if diff := cmp.Diff([]*models.Post{post}, posts); err != nil || diff != "" {
			t.Errorf("PostsAnyway: %v (-want +got):\n%s", err, diff)
		}
	})
}

func TestOwnRef(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ana, ben := storetest.Member(t, s, "ana", models.Ordinary), storetest.Member(t, s, "ben", models.Ordinary)
		draft := storetest.Post(t, s, ana, func(p *models.Post) { p.State = models.Draft })
		if r, err := s.OwnRef(t.Context(), storetest.ViewerOf(ana, models.Ordinary), draft.ID); err != nil || r.ID != draft.ID {
			t.Errorf("the author's: %v, %v", r, err)
		}
		if _, err := s.OwnRef(t.Context(), storetest.ViewerOf(ben, models.Ordinary), draft.ID); models.KindOf(err) != models.NotFound {
			t.Errorf("another member's: %v", err)
		}
	})
}

func TestThreadRefs(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		ana, foe := storetest.Member(t, s, "ana", models.Ordinary), storetest.Account(t, s, "foe@away.example")
		reply := func(by *models.Account, to *models.Post, v models.Visibility) *models.Post {
			return storetest.Post(t, s, by, func(p *models.Post) {
				p.InReplyToID, p.InReplyToURI, p.InReplyToAuthorID, p.ThreadID, p.Visibility = to.ID, to.URI, to.AuthorID, to.ThreadID, v
			})
		}
		root := storetest.Post(t, s, ana, nil)
		middle := reply(ana, root, models.Public)
		first := reply(ana, middle, models.Public)
		second := reply(ana, middle, models.Public)
		secret := reply(foe, first, models.Private)
		under := reply(ana, secret, models.Public)
		blocked := reply(foe, second, models.Public)
		viewer := storetest.ViewerOf(ana, models.Ordinary)
		ids := func(refs []store.Ref) (out []models.ID) {
			for _, r := range refs {
				out = append(out, r.ID)
			}
			return out
		}
		check := func(name string, v models.Viewer, up, down, depth int, wantUp, wantDown []models.ID) {
			t.Helper()
			gotUp, gotDown, err := s.ThreadRefs(ctx, v, middle.ID, up, down, depth)
			if diff := cmp.Diff([][]models.ID{wantUp, wantDown}, [][]models.ID{ids(gotUp), ids(gotDown)}); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
		check("each after what it answers", viewer, 10, 10, 10, []models.ID{root.ID}, []models.ID{first.ID, under.ID, second.ID, blocked.ID})
		check("not deeper than asked", viewer, 10, 10, 1, []models.ID{root.ID}, []models.ID{first.ID, second.ID})
		check("not more than asked", viewer, 0, 1, 10, nil, []models.ID{first.ID})
		storetest.Write(t, s, func(tx *store.Tx) error {
			_, err := tx.SetBlock(ctx, &models.Block{ID: tx.NewID(), AccountID: ana.ID, TargetID: foe.ID, URI: "b"})
			return err
		})
		check("not whom the viewer blocks", viewer, 10, 10, 10, []models.ID{root.ID}, []models.ID{first.ID, under.ID, second.ID})
	})
}
