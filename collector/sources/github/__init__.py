"""Issues and discussions of GitHub's repositories, through its REST and GraphQL APIs."""
