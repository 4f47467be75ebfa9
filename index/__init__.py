"""Articles in, a searchable index out: reading, dating, cutting, embedding, storing."""
