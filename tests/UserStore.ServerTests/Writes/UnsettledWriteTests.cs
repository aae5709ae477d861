using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.Runtime;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.Writes;

/// <summary>One response of a write is lost, and then DynamoDB refuses to say what became of it.</summary>
public sealed class UnsettledWriteTests : ServerTest
{
    private static readonly Dictionary<string, Write> Writes = new()
    {
        ["create"] = new(false, (store, _) => store.CreateAsync(new User { UserId = "fake-2" }), "fake-2", stored => stored?.Version == 1),
        ["patch"] = new(false, (store, user) => store.UpdateAsync(user.UserId, Birthday), "fake-1", stored => stored?.Age == 1),
        ["save"] = new(false, (store, user) => store.UpdateAsync(user with { Age = 1 }), "fake-1", stored => (stored?.Age, stored?.Version) == (1, 2)),
        ["delete of an id"] = new(false, (store, user) => store.DeleteAsync(user.UserId), "fake-1", stored => stored is null),
        ["delete of a user"] = new(false, (store, user) => store.DeleteUnchangedAsync(user), "fake-1", stored => stored is null),
        ["create with email"] = new(
            true, (store, _) => store.CreateAsync(new User { UserId = "fake-2", Email = "b@example.test" }), "fake-2", stored => stored?.Version == 1),
        ["patch of the email"] = new(
            true,
            (store, user) => store.UpdateAsync(user.UserId, new UserPatch<User>().Set(each => each.Email, "b@example.test").Increment(each => each.Age, 1)),
            "fake-1",
            stored => (stored?.Email, stored?.Age) == ("b@example.test", 1)),
        ["save of another email"] = new(
            true, (store, user) => store.UpdateAsync(user with { Email = "b@example.test" }), "fake-1", stored => stored?.Email == "b@example.test"),
        ["delete of an id with email"] = new(true, (store, user) => store.DeleteAsync(user.UserId), "fake-1", stored => stored is null),
        ["delete of a user with email"] = new(true, (store, user) => store.DeleteUnchangedAsync(user), "fake-1", stored => stored is null),
    };

    private static UserPatch<User> Birthday => new UserPatch<User>().Increment(user => user.Age, 1);

    public static TheoryData<HttpStatusCode, string, bool, ClientKind> Errors
    {
        get
        {
            var data = new TheoryData<HttpStatusCode, string, bool, ClientKind>();
            foreach (bool onlyReads in new[] { true, false })
            {
                foreach (ClientKind kind in Enum.GetValues<ClientKind>())
                {
                    data.Add(HttpStatusCode.BadRequest, "ExpiredTokenException", onlyReads, kind);
                    data.Add(HttpStatusCode.BadRequest, "AccessDeniedException", onlyReads, kind);
                    data.Add(HttpStatusCode.BadRequest, "ThrottlingException", onlyReads, kind);
                    data.Add(HttpStatusCode.InternalServerError, "InternalServerError", onlyReads, kind);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_applied_write_succeeds_or_is_unknown_whatever_follows_the_lost_response(
        HttpStatusCode status, string code, bool onlyReads, ClientKind kind)
    {
        Options.Retry.Timeout = TimeSpan.FromMilliseconds(100);
        foreach ((string name, Write write) in Writes)
        {
            Options.TableNamePrefix = Stores.NewOptions().TableNamePrefix;
            await CreateStoreAsync();
            User user = await Other().CreateAsync(new User { UserId = "fake-1", Age = 0, Email = write.WithEmail ? "a@example.test" : null });
            bool isLost = false;
            var wire = new InterceptedWire(async (_, operation, send) =>
            {
                bool isRead = operation == "GetItem";
                if (isLost && (isRead || !onlyReads))
                    return InterceptedWire.Error(status, code);
                HttpResponseMessage response = await send();
                if (isLost || isRead)
                    return response;
                isLost = true;
                throw InterceptedWire.Lost(response);
            });
            using AmazonDynamoDBClient client = Connect(kind, wire);
            var store = new DynamoDbUserStore<User>(client, Options, Stores.Time);

            Exception? end = await EndAsync(() => write.Call(store, user));

            if (end is not null)
            {
                end.Should().BeOfType<UserWriteOutcomeUnknownException>(name).Which.Key.ToString().Should().Be(write.UserId);
                CausesOf(end).OfType<AmazonServiceException>().Should().Contain(cause => cause.ErrorCode == code, name);
            }

            write.IsApplied(await Other().FindAsync(write.UserId, ReadConsistency.Strong)).Should().BeTrue(name);
        }
    }

    [Theory]
    [InlineData(ClientKind.UserStore)]
    [InlineData(ClientKind.Service)]
    public async Task An_applied_write_succeeds_or_is_unknown_when_the_client_is_disposed_of_before_what_follows(ClientKind kind)
    {
        foreach ((string name, Write write) in Writes)
        {
            Options.TableNamePrefix = Stores.NewOptions().TableNamePrefix;
            await CreateStoreAsync();
            User user = await Other().CreateAsync(new User { UserId = "fake-1", Age = 0, Email = write.WithEmail ? "a@example.test" : null });
            AmazonDynamoDBClient? client = null;
            int writes = 0;
            var wire = new InterceptedWire(async (_, operation, send) =>
            {
                HttpResponseMessage response = await send();
                if (operation == "GetItem")
                    return response;
                if (++writes == 1)
                    throw InterceptedWire.Lost(response);
                response = await WithoutItemsAsync(response); // so that it must be read
                client!.Dispose();
                return response;
            });
            using (client = Connect(kind, wire))
            {
                Exception? end = await EndAsync(() => write.Call(new DynamoDbUserStore<User>(client, Options, Stores.Time), user));

                if (end is not null)
                    end.Should().BeOfType<UserWriteOutcomeUnknownException>(name).Which.Key.ToString().Should().Be(write.UserId);
            }

            writes.Should().Be(2, name);
            write.IsApplied(await Other().FindAsync(write.UserId, ReadConsistency.Strong)).Should().BeTrue(name);
        }
    }

    private static AmazonDynamoDBClient Connect(ClientKind kind, InterceptedWire wire) => kind == ClientKind.UserStore
        ? Server.CreateClient(config => config.HttpClientFactory = wire)
        : new AmazonDynamoDBClient(new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig
        {
            ServiceURL = Server.Endpoint.ToString(),
            AuthenticationRegion = "us-east-1",
            HttpClientFactory = wire,
            MaxErrorRetry = 2,
        });

    private static async Task<HttpResponseMessage> WithoutItemsAsync(HttpResponseMessage response)
    {
        JsonNode body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        body.AsObject().Remove("Item");
        foreach (JsonNode? reason in body["CancellationReasons"]?.AsArray() ?? [])
            reason!.AsObject().Remove("Item");
        return new HttpResponseMessage(response.StatusCode)
        {
            Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/x-amz-json-1.0"),
        };
    }

    private static async Task<Exception?> EndAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (Exception failure) when (failure is UserStoreException or ObjectDisposedException)
        {
            return failure;
        }
    }

    private static IEnumerable<Exception> CausesOf(Exception failure)
    {
        for (Exception? cause = failure; cause is not null; cause = cause.InnerException)
            yield return cause;
    }

    private sealed record Write(bool WithEmail, Func<IUserStore<User>, User, Task> Call, string UserId, Func<User?, bool> IsApplied);
}
