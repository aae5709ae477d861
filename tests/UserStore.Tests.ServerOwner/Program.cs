using UserStore.Testing;

// Starts a server, tells where it is, and waits to be killed.
LocalDynamoDb server = await LocalDynamoDb.StartAsync();
Console.WriteLine(server.Endpoint);
await Task.Delay(Timeout.Infinite);
