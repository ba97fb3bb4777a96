// Package handlers is the route table: which path is answered by which room,
// and what every request passes before: who is really calling, how often it
// may, what other sites may see, how much it may send.
//
// It answers nothing itself but whether the server is well and what is at no
// address. It alone knows all rooms; the rooms do not know each other.
package handlers
