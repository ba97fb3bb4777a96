// Package oauth lets apps act for members: it registers apps, asks a member
// for consent, gives out access tokens and takes them back (RFC 6749, 7009,
// 7636 and 8414, in the dialect that Mastodon's clients speak), and says whose
// token a request carries.
//
// It defends against codes and tokens in the wrong hands: redirects are
// compared byte for byte, codes work once, shortly, and for the app and the
// redirect they were made for, with the proof of who asked (PKCE S256, never
// plain); a code that comes twice ends the token it was changed for; scopes
// only shrink; of every secret only the hash is kept.
//
// It checks no passwords and draws no pages: signing in and the look of the
// consent page are package web's.
package oauth
