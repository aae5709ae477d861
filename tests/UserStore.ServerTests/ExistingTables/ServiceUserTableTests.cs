using System.Linq.Expressions;
using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table with RFC 3339 times in nanoseconds and an index of statuses, of a program that omits empty attributes.</summary>
public sealed class ServiceUserTableTests : InterleavedTest<ServiceUser, ServiceUserProgram>
{
    [Fact]
    public async Task A_patch_keeps_a_time_of_the_program_and_a_save_truncates_it_to_100_ns()
    {
        string before = await CreatedAsync();
        before.Should().EndWith("89Z");

        await Store.UpdateAsync(Key(1), Rename("A"));
        (await CreatedAsync()).Should().Be(before);
        await Store.UpdateAsync(await GetAsync(1) with { Name = "B" });
        (await CreatedAsync()).Should().Be(before[..^3] + "Z");
        await ShouldAgreeAsync(1, "B");

        async Task<string> CreatedAsync() => (await Program.FindItemAsync(1))!["created_at"].S;
    }

    [Theory]
    [InlineData("2026-02-12T10:11:12Z", 0)]
    [InlineData("2026-02-12T12:11:12.1+02:00", 1_000_000)]
    [InlineData("2026-02-12T10:11:12.123456789Z", 1_234_567)]
    public async Task A_time_is_read_with_any_fraction_and_offset(string stored, long ticks)
    {
        await Program.SetCreatedAsync(1, stored);

        ServiceUser user = await GetAsync(1);

        user.CreatedAt.Should().Be(new DateTimeOffset(2026, 2, 12, 10, 11, 12, TimeSpan.Zero).AddTicks(ticks));
        await Store.UpdateAsync(user with { Name = "A" });
        await ShouldAgreeAsync(1, "A");
    }

    [Fact]
    public async Task The_program_queries_by_a_status_that_the_store_set()
    {
        await Store.CreateAsync(NewUser(4));
        await Store.UpdateAsync(Key(1), new UserPatch<ServiceUser>().Set(user => user.Status, "locked"));

        (await Program.QueryByStatusAsync("locked", 10)).Select(user => user["user_id"]).Should().Equal("fake-1");
        (await Program.QueryByStatusAsync("active", 10)).Should().HaveCount(3).And.ContainEquivalentOf(Known(await GetAsync(4)));
    }

    [Fact]
    public async Task The_program_neither_creates_a_user_of_the_store_nor_changes_one_that_the_store_deleted()
    {
        await Store.CreateAsync(NewUser(4));
        await Store.DeleteAsync(Key(1));

        await ShouldThrowAsync<ConditionalCheckFailedException>(() => Program.CreateAsync(4, "B"));
        await ShouldThrowAsync<ConditionalCheckFailedException>(() => Program.RenameAsync(1, "B"));
        await ShouldAgreeAsync(4, "Fake");
    }

    [Fact]
    public async Task A_removed_age_and_an_empty_list_of_tags_are_read_by_the_program_as_it_stores_them()
    {
        await Store.UpdateAsync(Key(2), new UserPatch<ServiceUser>().Remove(user => user.Age).Set(user => user.Tags, []));
        await ShouldAgreeAsync(2, "Fake");

        await Store.UpdateAsync(Key(2), new UserPatch<ServiceUser>().Increment(user => user.Age, 2).Append(user => user.Tags, "a", "b"));
        await Store.UpdateAsync(Key(1), new UserPatch<ServiceUser>().Append(user => user.Tags, "a", "b"));
        await ShouldAgreeAsync(2, "Fake");
        await ShouldAgreeAsync(1, "Fake");
    }

    [Fact]
    public async Task A_patch_of_an_email_adds_to_the_number_that_the_program_stored_last()
    {
        BeforeNext("TransactWriteItems", () => Program.PutWithAgeAsync(2, 40));

        ServiceUser patched = await Store.UpdateAsync(
            Key(2), new UserPatch<ServiceUser>().Set(user => user.Email, "new@example.test").Increment(user => user.Age, 1));

        patched.Age.Should().Be(41);
        await ShouldAgreeAsync(2, "Fake");
    }

    // The program stores every string, also an empty one.
    [Fact]
    public async Task Empty_emails_of_the_program_are_invalid_values_that_block_only_saves()
    {
        foreach (int number in new[] { 1, 2 })
            await Program.SetEmailAsync(number, "");

        ServiceUser read = await GetAsync(1);
        List<UniqueValueFinding> findings = (await Audit.RepairAsync().ReadAllAsync()).SelectMany(page => page.Findings).ToList();

        read.Email.Should().BeEmpty();
        findings.Where(finding => finding.Problem == UniqueValueProblem.InvalidValue).Select(finding => finding.Key).Should().BeEquivalentTo([Key(1), Key(2)]);
        await Store.UpdateAsync(Key(1), Rename("A"));
        await ShouldThrowAsync<InvalidUserException>(() => Store.UpdateAsync(read with { Name = "B" }));
        await ShouldAgreeAsync(1, "A");
        await Store.UpdateAsync(await GetAsync(1) with { Email = "new@example.test" });
        await Store.DeleteAsync(Key(2));
    }

    protected override ServiceUserProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<ServiceUser, string?>> Name => user => user.Name;

    protected override (Expression<Func<ServiceUser, string?>> Property, Func<int, string> Value, bool HasIndex)? Unique
        => (user => user.Email, number => $"fake.{number}@example.test", false);

    protected override IReadOnlyList<UserQuery<ServiceUser>> Queries => [new("status-index", "active")];

    protected override ServiceUser NewUser(int number, string name = "Fake")
        => new() { Id = $"fake-{number}", Name = name, Email = $"fake.{number}@example.test", Age = number, Tags = ["x"] };

    protected override ServiceUser WithName(ServiceUser user, string name) => user with { Name = name };

    protected override UserKey Key(int number) => $"fake-{number}";

    protected override IReadOnlyDictionary<string, object> Known(ServiceUser user) => new Dictionary<string, object>
    {
        ["user_id"] = user.Id,
        ["name"] = user.Name!,
        ["email"] = user.Email!,
        ["status"] = user.Status,
        ["age"] = user.Age ?? 0,
        ["tags"] = user.Tags,
        ["created_at"] = user.CreatedAt,
        ["updated_at"] = user.UpdatedAt,
    };
}
