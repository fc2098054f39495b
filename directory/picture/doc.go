// Package picture reads the pictures that people upload for a post.
//
// Whatever comes in, what goes out is a plain JPEG or PNG that was drawn anew
// from its pixels: upright, of a size that fits on a page, and without what
// cameras write beside a picture, such as the place where it was taken. So
// nobody publishes more than what they see, and nothing that hides in a file
// reaches another server.
package picture
