// Package fetch is the guarded way out: whatever this server asks of another
// one is asked through its Client.
//
// What to fetch is nearly always said by a stranger, who may mean our own
// network, our own host, or a server that never stops talking. So the address
// of each connection is checked when it is made, not the name; each redirect
// is a new decision; every answer has a size and a time; and what one trigger
// may cause is counted.
//
// The package decides nothing about what it fetched beyond what the transport
// tells: status, media type, where it was found.
package fetch
