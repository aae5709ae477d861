using UserStore.DynamoDb;
using UserStore.Testing;

namespace UserStore.ServerTests.Writes;

/// <summary>Deletes whose connection fails after the delete was applied are reported as deletes of an existing user.</summary>
[Trait("Category", TestVolume.Category)]
public sealed class DeleteResponseTests : ProxyTest
{
    private static readonly int Count = TestVolume.Of(full: 40, usual: 5);

    public static TheoryData<WireFault, ClientKind> Faults
    {
        get
        {
            var data = new TheoryData<WireFault, ClientKind>();
            foreach (WireFault fault in new[] { WireFault.LostResponse, WireFault.ClosedConnection, WireFault.TruncatedResponse, WireFault.AbortedResponse })
            {
                data.Add(fault, ClientKind.UserStore);
                data.Add(fault, ClientKind.Service);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_delete_whose_connection_fails_afterwards_reports_that_it_deleted(WireFault fault, ClientKind client)
    {
        foreach (bool uniqueEmails in new[] { true, false })
        {
            Options.UniqueEmails = uniqueEmails;
            DynamoDbUserStore<User> store = await CreateStoreAsync(client);
            var writer = new DynamoDbUserBatchWriter<User>(Connect(client), Options);
            foreach (bool withEmail in new[] { true, false })
            {
                string operation = uniqueEmails && withEmail ? "TransactWriteItems" : "DeleteItem";

                foreach (User user in await CreateAllAsync(withEmail))
                {
                    Wire.Next(fault, operation);
                    (await store.DeleteAsync(user.UserId)).Should().Be(user);
                }

                foreach (User user in await CreateAllAsync(withEmail))
                {
                    Wire.Next(fault, operation);
                    await store.DeleteUnchangedAsync(user);
                }

                List<User> users = await CreateAllAsync(withEmail);
                Wire.Next(fault, operation, Count);
                BatchWriteResult<UserKey> result = await writer.DeleteAsync(users.Select(user => user.UserId));
                (result.Written, result.NotFound, result.IsComplete).Should().Be((Count, 0, true));

                (await ScanAsync(Table)).Should().BeEmpty();
                if (uniqueEmails)
                    (await ScanAsync(ReservationsTable)).Should().BeEmpty();
            }
        }
    }

    private async Task<List<User>> CreateAllAsync(bool withEmail)
    {
        DynamoDbUserStore<User> other = OtherProcess();
        var created = new List<User>();
        foreach (User user in FakeUsers.CreateMany(Count))
            created.Add(await other.CreateAsync(withEmail ? user : user with { Email = null }));
        return created;
    }
}
