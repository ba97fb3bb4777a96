// Package models says what a chapter is made of: the types and the rules that
// belong to them. It does no input or output and knows no other room.
package models
