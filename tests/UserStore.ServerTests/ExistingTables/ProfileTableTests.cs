using System.Linq.Expressions;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A table with ids, times in milliseconds and an index of emails, of a program that sets single attributes.</summary>
public sealed class ProfileTableTests : InterleavedTest<Profile, ProfileProgram>
{
    [Fact]
    public async Task Both_sides_create_a_user_once_and_the_program_finds_those_of_the_store()
    {
        Profile created = await Store.CreateAsync(NewUser(4));

        (await Program.CreateIfNotExistsAsync(4, "B")).Should().BeFalse();
        (await Program.CreateIfNotExistsAsync(5, "B")).Should().BeTrue();
        await ShouldThrowAsync<UserAlreadyExistsException>(() => Store.CreateAsync(NewUser(5) with { Email = null }));
        (await Program.FindByEmailAsync("fake.4@example.test")).Should().BeEquivalentTo(Known(created));
        (await Program.ListAsync()).Should().HaveCount(5).And.ContainEquivalentOf(Known(created));
    }

    [Fact]
    public async Task The_index_of_the_program_is_queried_by_a_normalized_email()
    {
        var query = new UserQuery<Profile>("email-index", "Fake.1@Example.test");

        List<Profile> users = await Store.QueryAsync(query).ReadAllAsync();
        UserPage<Profile> page = await Store.QueryPageAsync(query with { Filter = user => user.Name == "B" });

        users.Should().Equal(await GetAsync(1));
        page.Users.Should().BeEmpty();
    }

    [Fact]
    public async Task A_save_keeps_the_time_of_creation_as_the_program_stored_it()
    {
        string before = (await Program.FindItemAsync(1))!["createdAt"].S;

        await Store.UpdateAsync(await GetAsync(1) with { Name = "A" });

        (await Program.FindItemAsync(1))!["createdAt"].S.Should().Be(before);
    }

    [Fact]
    public async Task An_update_of_the_program_of_a_deleted_user_leaves_a_user_without_the_other_attributes()
    {
        await Store.DeleteAsync(Key(1));
        await Program.RenameAsync(1, "B");

        Profile fragment = await GetAsync(1);

        fragment.Should().BeEquivalentTo(new { Name = "B", Email = (string?)null, CreatedAt = default(DateTime), Version = (long?)null });
        await ShouldThrowAsync<UserAlreadyExistsException>(() => Store.CreateAsync(NewUser(1)));
        await Store.UpdateAsync(
            Key(1), new UserPatch<Profile>().Set(user => user.Email, "fake.1@example.test").Set(user => user.CreatedAt, Clock.GetUtcNow().UtcDateTime));
        await ShouldAgreeAsync(1, "B");
    }

    // The program changes neither the version nor the write id.
    [Fact]
    public async Task A_save_does_not_notice_an_update_of_the_program_after_a_write_of_the_store_but_a_condition_does()
    {
        Profile read = await Store.UpdateAsync(Key(1), Rename("A"));
        await Program.RenameAsync(1, "B");

        await ShouldThrowAsync<UserConditionFailedException>(() => Store.UpdateAsync(Key(1), Rename("C").OnlyIf(user => user.Name == read.Name)));
        await Store.UpdateAsync(read with { Name = "C" });

        await ShouldAgreeAsync(1, "C");
    }

    [Fact]
    public async Task An_email_that_the_program_changes_is_reserved_and_normalized_by_the_audit()
    {
        await Audit.RepairAsync().ReadAllAsync();
        await Program.SetAsync(1, new() { ["email"] = new("Other@Example.test") });

        (await Store.FindByAsync(user => user.Email, "fake.1@example.test", ReadConsistency.Strong)).Should().BeNull("the user has another one");
        (await Store.FindByAsync(user => user.Email, "other@example.test", ReadConsistency.Strong)).Should().BeNull("it is not reserved");
        await Audit.RepairAsync().ReadAllAsync();
        (await Store.FindByAsync(user => user.Email, "other@example.test", ReadConsistency.Strong))!.Id.Should().Be("fake-1");
        (await Program.FindByEmailAsync("other@example.test"))!["id"].Should().Be("fake-1");
        await Store.UpdateAsync(Key(2), new UserPatch<Profile>().Set(user => user.Email, "fake.1@example.test"));
    }

    [Fact]
    public async Task An_email_that_the_program_stores_twice_is_reported_and_both_users_can_be_changed()
    {
        await Audit.RepairAsync().ReadAllAsync();
        await Program.SetAsync(2, new() { ["email"] = new("fake.1@example.test") });

        List<UniqueValueFinding> findings = (await Audit.RepairAsync().ReadAllAsync()).SelectMany(page => page.Findings).ToList();

        findings.Should().Contain(finding => finding.Problem == UniqueValueProblem.DuplicateValue && finding.Key == Key(2) && finding.OtherKey == Key(1));
        await Store.UpdateAsync(Key(2), Rename("A"));
        await Store.UpdateAsync(await GetAsync(1) with { Name = "B" });
        await ShouldAgreeAsync(2, "A");
        await ShouldAgreeAsync(1, "B");
    }

    protected override ProfileProgram Program => field ??= new(Server.Client, Table);

    protected override Expression<Func<Profile, string?>> Name => user => user.Name;

    protected override (Expression<Func<Profile, string?>> Property, Func<int, string> Value, bool HasIndex)? Unique
        => (user => user.Email, number => $"fake.{number}@example.test", true);

    protected override Profile NewUser(int number, string name = "Fake") => new() { Id = $"fake-{number}", Name = name, Email = $"fake.{number}@example.test" };

    protected override Profile WithName(Profile user, string name) => user with { Name = name };

    protected override UserKey Key(int number) => $"fake-{number}";

    protected override IReadOnlyDictionary<string, object> Known(Profile user) => new Dictionary<string, object>
    {
        ["id"] = user.Id,
        ["createdAt"] = user.CreatedAt,
        ["name"] = user.Name!,
        ["email"] = user.Email!,
    };
}
