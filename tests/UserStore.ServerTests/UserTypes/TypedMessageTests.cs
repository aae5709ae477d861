using System.Diagnostics;
using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.Logging.Testing;
using UserStore.DynamoDb;
using UserStore.DynamoDb.Items;
using UserStore.DynamoDb.Sending;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.UserTypes;

/// <summary>Exceptions and log events name users by their keys, and contain no other attribute; spans contain no keys.</summary>
public abstract class TypedMessageTests<TUser>(UserKind<TUser> kind) : TypedServerTest<TUser>(kind)
    where TUser : class
{
    private const string Secret = "secret name";

    private readonly FakeLogCollector _log = new();

    [Fact]
    public async Task Keys_are_named_and_values_are_not()
    {
        using var telemetry = new TelemetryListener(Options.TableNamePrefix);
        var store = new DynamoDbUserStore<TUser>(new StoreConnection(Client, Options, Stores.Time, new FakeLogger(_log, "UserStore")));
        TUser user = await store.CreateAsync(Kind.WithName(Kind.New(1), Secret));
        UserPatch<TUser> rename = new UserPatch<TUser>().Set(Kind.Name, Secret);

        await ShouldNameAsync<UserAlreadyExistsException>(Key(1), () => store.CreateAsync(Kind.WithUnique(Kind.New(1), Kind.UniqueValue(9))));
        await ShouldNameAsync<UserValueInUseException>(Key(1), () => store.CreateAsync(Kind.WithUnique(Kind.New(2), Kind.UniqueValue(1))));
        await ShouldNameAsync<UserNotFoundException>(Key(3), () => store.UpdateAsync(Key(3), rename));
        await ShouldNameAsync<UserNotFoundException>(Key(3), () => store.GetAsync(Key(3)));
        if (Kind.Version is not null)
        {
            await store.UpdateAsync(Key(1), rename);
            await ShouldNameAsync<UserConflictException>(Key(1), () => store.UpdateAsync(user));
        }

        await BreakAsync(1);
        UserStoreSchemaException unreadable = await ShouldNameAsync<UserStoreSchemaException>(Key(1), () => store.FindAsync(Key(1)));
        unreadable.Key.Should().Be(Key(1));
        Options.UnreadableUsers = UnreadableUsers.Report;
        (await store.ListPageAsync()).Unreadable.Single().Key.Should().Be(Key(1));

        Options.Retry.Timeout = TimeSpan.FromMilliseconds(20);
        Wire.Every(1, WireFault.LostResponse);
        await ShouldNameAsync<UserWriteOutcomeUnknownException>(Key(4), () => store.CreateAsync(Kind.WithName(Kind.New(4), Secret)));
        BatchWriteResult<TUser> batch = await Stores.WriterOf(Store).CreateAsync([Kind.New(5)]);
        Wire.Clear();

        batch.Failures.Should().ContainSingle().Which.Should().Match<BatchItemFailure<TUser>>(
            failure => failure.Key == Key(5) && failure.Reason == BatchItemFailureReason.Unknown);
        batch.Failures[0].ToString().Should().Contain(Key(5).ToString()).And.NotContain(Kind.UniqueValue(5));
        string[] messages = [.. _log.GetSnapshot().Select(logged => logged.Message)];
        messages.Should().Contain(message => message.Contains($"for user {Key(4)} is unknown", StringComparison.Ordinal))
            .And.Contain(message => message.Contains($"User {Key(1)} in", StringComparison.Ordinal))
            .And.NotContain(message => HasValue(message));
        telemetry.Spans.Should().HaveCountGreaterThan(5).And.OnlyContain(span => !HasKeyOrValue(span));
    }

    private async Task<TException> ShouldNameAsync<TException>(UserKey key, Func<Task> call)
        where TException : UserStoreException
    {
        TException thrown = (await call.Should().ThrowAsync<TException>()).Which;
        thrown.Message.Should().Contain($"'{key}'");
        HasValue(thrown.ToString()).Should().BeFalse();
        return thrown;
    }

    private bool HasValue(string text)
        => Enumerable.Range(1, 5).Select(Kind.UniqueValue).Append(Secret).Any(value => text.Contains(value, StringComparison.OrdinalIgnoreCase));

    private bool HasKeyOrValue(Activity span)
    {
        string[] texts = [span.DisplayName, span.StatusDescription ?? "", .. span.TagObjects.Select(tag => tag.Value as string ?? "")];
        return Array.Exists(texts, text => HasValue(text) || text.Split(' ', '\'').Contains(Key(1).ToString()));
    }

    // Another program stores a string where the type has a number.
    private Task BreakAsync(int number) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = UsersTable,
        Key = KeyModel.ToItem(Key(number)),
        UpdateExpression = "SET #name = :list",
        ExpressionAttributeNames = new() { ["#name"] = AttributeOf(Kind.Name) },
        ExpressionAttributeValues = new() { [":list"] = new() { L = [new AttributeValue(Secret)] } },
    });
}

public sealed class AccountMessageTests() : TypedMessageTests<Account>(UserKinds.Account);

public sealed class MemberMessageTests() : TypedMessageTests<Member>(UserKinds.Member);

public sealed class SubscriberMessageTests() : TypedMessageTests<Subscriber>(UserKinds.Subscriber);

public sealed class VisitorMessageTests() : TypedMessageTests<Visitor>(UserKinds.Visitor);
