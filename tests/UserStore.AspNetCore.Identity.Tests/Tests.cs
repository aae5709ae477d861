using UserStore.AspNetCore.Identity.Tests.Suites;

namespace UserStore.AspNetCore.Identity.Tests;

public sealed class InMemoryUserTests() : UserContract(new InMemoryStores());

public sealed class DynamoDbUserTests() : UserContract(new DynamoDbStores());

public sealed class FaultyWireUserTests() : UserContract(new FaultyWireStores());
