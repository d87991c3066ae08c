"""The store on Azure: Cosmos DB for NoSQL, or what speaks its protocol."""
