// Package prose reads the text of a post, plain or Markdown, and finds what it
// refers to.
//
// Whoever writes "Come to https://acme.example, @agaric@social.example!
// #platformcoop" means a page, a person and a topic. Parts cuts a text so that
// they become links on our pages and on other servers, and every other
// character stays where it was. Writing.HTML is the one place where a post
// becomes HTML, so that the page, the preview and other servers show the same.
package prose
