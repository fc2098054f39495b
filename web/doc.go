// Package web is the directory as people see it in a browser: the page where
// you look for a co-op, a page for each co-op that says what is known about it
// and who said so, what is new and how to follow it from elsewhere, and the
// pages that explain the directory itself.
//
// Every page is made here, complete, before it is sent; nothing on it needs a
// script or comes from another site. Programs that ask for JSON at a co-op's
// address get the same facts as a document.
//
// To change a sentence, look in messages/; to change how it looks, in
// templates/ and static/style.css, which docs/design-system.md explains. To
// see which address leads where, read routes.go.
package web
