using Amazon.DynamoDBv2.Model;
using Microsoft.Extensions.DependencyInjection;
using UserStore.Replication;

namespace UserStore.ServerTests.Privacy;

/// <summary>The handler of changes that releases the values of users that DynamoDB, or another program, deleted or changed.</summary>
public sealed class ReservationCleanupTests : PrivacyTest
{
    [Fact]
    public async Task Nothing_is_left_of_a_user_that_DynamoDB_deleted_because_it_expired()
    {
        await CreateReplicatedAsync(NewPerson("other"));
        Person user = await CreateReplicatedAsync(NewPerson("gone-1") with { ExpiresAt = Clock.GetUtcNow().AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));
        await DeleteItemAsync("gone-1");

        await HandleAsync(Removed(user, 2), Removed(user, 2), Inserted(user, 1));

        (await FindAsync(Trace, ReservationsTable)).Should().BeEmpty();
        (await FindAsync(Trace, EmailViews, NameViews)).Should().BeEmpty();
        (await ScanAsync(ReservationsTable)).Should().HaveCount(5, "the other user keeps its values");
        (await AuditAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_late_record_takes_nothing_from_a_user_that_was_created_again(bool hasSameValues)
    {
        Person former = await CreateReplicatedAsync(NewPerson("1"));
        await DeleteItemAsync("1");
        await DeleteReservationsAsync(hasSameValues ? "" : "nothing");
        Person other = NewPerson("1") with { Email = "new@example.test", Logins = ["new"], Roles = ["role-1"] };
        Person now = await Users.CreateAsync(hasSameValues ? NewPerson("1") : other);

        await HandleAsync(Removed(former, 2), Inserted(now, 3), Removed(former, 2));

        (await Users.FindByEmailAsync(now.Email!, ReadConsistency.Strong)).Should().BeEquivalentTo(now);
        (await Users.FindByAsync(user => user.Logins, now.Logins!.First()))!.UserId.Should().Be("1");
        (await ScanAsync(ReservationsTable)).Should().HaveCount(hasSameValues ? 5 : 3, "only what the user no longer has is released");
        (await AuditAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_late_record_takes_nothing_from_a_user_that_took_the_value()
    {
        Person former = await CreateReplicatedAsync(NewPerson("1"));
        await Users.DeleteAsync("1");
        Person heir = await Users.CreateAsync(NewPerson("2") with { Email = former.Email, Logins = former.Logins });

        await HandleAsync(Removed(former, 2));

        (await Users.FindByEmailAsync(former.Email!, ReadConsistency.Strong)).Should().BeEquivalentTo(heir);
        (await AuditAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task The_value_that_another_program_replaces_is_released()
    {
        Person before = await CreateReplicatedAsync(NewPerson("1"));
        await SetEmailAsync("1", "changed@example.test");

        await HandleAsync(Modified(before, before with { Email = "changed@example.test" }, 2));

        (await Users.CreateAsync(NewPerson("2") with { Email = before.Email })).Email.Should().Be(before.Email);
        (await Users.FindByAsync(user => user.Logins, "1-login-1"))!.UserId.Should().Be("1");
        (await AuditAsync()).Should().ContainSingle("the new value waits for the audit").Which.Problem.Should().Be(UniqueValueProblem.UserWithoutReservation);
    }

    [Fact]
    public async Task A_value_that_another_program_has_set_back_before_the_record_arrives_is_kept()
    {
        Person before = await CreateReplicatedAsync(NewPerson("1"));

        await HandleAsync(Modified(before, before with { Email = "changed@example.test" }, 2));

        (await Users.FindByEmailAsync(before.Email!, ReadConsistency.Strong))!.UserId.Should().Be("1");
        (await AuditAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_restricted_user_keeps_its_values()
    {
        Person user = await CreateReplicatedAsync(NewPerson("1"));
        await Privacy.RestrictAsync("1");

        await HandleAsync(Removed(user, 2)); // as a handler receives the restriction

        (await ScanAsync(ReservationsTable)).Should().HaveCount(5);
        (await ScanAsync(EmailViews)).Should().BeEmpty();
        Func<Task> take = () => Users.CreateAsync(NewPerson("2") with { Email = user.Email });
        await take.Should().ThrowAsync<UserValueInUseException>();
        await Privacy.ReleaseAsync("1");
        (await Users.FindByEmailAsync(user.Email!, ReadConsistency.Strong))!.UserId.Should().Be("1");
        (await AuditAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Values_that_cannot_be_reserved_do_not_stop_the_stream()
    {
        Person user = await CreateReplicatedAsync(NewPerson("1"));
        IUserChangeHandler<Person> cleanup = Services.GetServices<IUserChangeHandler<Person>>().OfType<ReservationCleanup<Person>>().Single();
        Person strange = user with { Email = new string('x', 3_000) + "@example.test", Logins = [" ", new string('y', 3_000)] };

        await cleanup.HandleAsync(Modified(user, strange, 2));
        await cleanup.HandleAsync(Modified(strange, user, 3));

        (await AuditAsync()).Should().BeEmpty();
        (await ScanAsync(ReservationsTable)).Should().HaveCount(5);
    }

    private Task DeleteItemAsync(string id) => Server.Client.DeleteItemAsync(Table, new() { ["user_id"] = new(id) });

    private async Task DeleteReservationsAsync(string containing)
    {
        foreach (Dictionary<string, AttributeValue> item in await ScanAsync(ReservationsTable))
        {
            if (item["reservation"].S.Contains(containing, StringComparison.Ordinal))
                await Server.Client.DeleteItemAsync(ReservationsTable, new() { ["reservation"] = item["reservation"] });
        }
    }

    private Task SetEmailAsync(string id, string email) => Server.Client.UpdateItemAsync(new UpdateItemRequest
    {
        TableName = Table,
        Key = new() { ["user_id"] = new(id) },
        UpdateExpression = "SET email = :email",
        ExpressionAttributeValues = new() { [":email"] = new(email) },
    });
}
