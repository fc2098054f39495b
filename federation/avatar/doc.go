// Package avatar draws the picture that a co-op has before it sends its own.
//
// It shows the co-op's initials on a colour that belongs to its handle, so that
// people recognise the entry in a list of many, and nobody takes it for a logo.
// The same co-op always gets the same picture.
package avatar
