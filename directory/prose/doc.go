// Package prose finds what the plain text of a post refers to.
//
// Whoever writes "Come to https://acme.example, @agaric@social.example!
// #platformcoop" means a page, a person and a topic. Parts cuts a text so that
// they become links on our pages and on other servers, and every other
// character stays where it was.
package prose
