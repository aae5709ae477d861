using Amazon.DynamoDBv2;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>Every call, over items that a program wrote.</summary>
public abstract class ExistingTableCallTest<TUser, TProgram> : ExistingTableTest<TUser, TProgram>
    where TUser : class
    where TProgram : TableProgram
{
    [Fact]
    public async Task Every_call_of_the_store_works_or_is_refused_with_the_documented_error()
    {
        IUserStore<TUser> store = RecordedCalls.Of<IUserStore<TUser>>(Store);

        await store.EnsureTablesAsync();
        await FindAsync(store);
        await ListAsync(store);
        await QueryAsync(store);
        await FindByAsync(store);
        await FindByValuesThatAreNotDeclaredAsync(store);
        await CreateAsync(store);
        await UpdateAsync(store);
        await DeleteAsync(store);

        RecordedCalls.ShouldBeComplete(store);
    }

    [Fact]
    public async Task Every_call_of_the_batch_writer_works_or_is_refused_with_the_documented_error()
    {
        IUserBatchWriter<TUser> writer = RecordedCalls.Of<IUserBatchWriter<TUser>>(Writer);

        BatchWriteResult<TUser> created = await writer.CreateAsync([NewUser(3), NewUser(4)]);
        BatchWriteResult<TUser> more = await writer.CreateAsync(new[] { NewUser(5) }.ToAsyncEnumerable());

        (created.Written, created.Failures.Single().Key, created.Failures.Single().Error!.GetType()).Should().Be(
            (1, Key(3), typeof(UserAlreadyExistsException)));
        more.IsComplete.Should().BeTrue();

        Func<Task<BatchWriteResult<TUser>>> replace = () => writer.ReplaceAsync([NewUser(1, "New"), NewUser(6, "New")]);
        Func<Task<BatchWriteResult<TUser>>> replaceMore = () => writer.ReplaceAsync(new[] { NewUser(2, "New") }.ToAsyncEnumerable());
        if (Unique is null)
        {
            (await replace()).Written.Should().Be(2);
            (await replaceMore()).Written.Should().Be(1);
            await ShouldAgreeAsync(1, "New");
            await ShouldAgreeAsync(6, "New");
        }
        else
        {
            await ShouldThrowAsync<InvalidOperationException>(replace);
            await ShouldThrowAsync<InvalidOperationException>(replaceMore);
        }

        (await writer.DeleteAsync([Key(1), Key(9)])).Should().BeEquivalentTo(new { Written = 1, NotFound = 1 });
        (await writer.DeleteAsync(new[] { Key(4) }.ToAsyncEnumerable())).Written.Should().Be(1);
        BatchWriteResult<UserKey> byText = await writer.DeleteAsync([Key(5).PartitionKey.ToString()]);
        (byText.Written, byText.Rejected).Should().Be(Key(5).SortKey is null ? (1, 0) : (0, 1));
        (await Program.ReadAsync(1)).Should().BeNull();
        RecordedCalls.ShouldBeComplete(writer);
    }

    [Fact]
    public async Task The_audit_reserves_the_values_of_the_program_or_is_refused()
    {
        IUniqueValueAudit<TUser> audit = RecordedCalls.Of<IUniqueValueAudit<TUser>>(Audit);

        Func<Task<List<UniqueValueAuditPage>>> check = () => audit.CheckAsync().ReadAllAsync();
        Func<Task<List<UniqueValueAuditPage>>> repair = () => audit.RepairAsync().ReadAllAsync();
        if (Unique is null)
        {
            await ShouldThrowAsync<InvalidOperationException>(check);
            await ShouldThrowAsync<InvalidOperationException>(repair);
        }
        else
        {
            (await check()).SelectMany(page => page.Findings).Select(finding => (finding.Problem, finding.Key)).Should().BeEquivalentTo(
                Enumerable.Range(1, 3).Select(number => (UniqueValueProblem.UserWithoutReservation, Key(number))));
            (await repair()).SelectMany(page => page.Findings).Should().HaveCount(3).And.OnlyContain(finding => finding.IsRepaired);
            (await check()).SelectMany(page => page.Findings).Should().BeEmpty();
            await ShouldAgreeAsync(1, "Fake");
            await Store.DeleteAsync(Key(1));
            (await check()).SelectMany(page => page.Findings).Should().BeEmpty();
        }

        RecordedCalls.ShouldBeComplete(audit);
    }

    [Fact]
    public async Task A_registered_store_is_healthy_and_reads_the_users_of_the_program()
    {
        ServiceCollection services = new();
        services.AddLogging();
        services.AddSingleton<IAmazonDynamoDB>(Client);
        services.AddUserStore<TUser>(options =>
        {
            (options.TableNamePrefix, options.BookkeepingPrefix) = (Options.TableNamePrefix, Options.BookkeepingPrefix);
            Describe(options);
        });
        services.AddHealthChecks().AddUserStore<TUser>();
        await using ServiceProvider provider = services.BuildServiceProvider();

        HealthReport health = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        health.Status.Should().Be(HealthStatus.Healthy);
        (await provider.GetRequiredService<IUserStore<TUser>>().ListAsync().ReadAllAsync()).Should().HaveCount(3);
    }

    private async Task FindAsync(IUserStore<TUser> store)
    {
        UserKey[] keys = [Key(3), Key(9), Key(1)];
        string[] texts = [.. keys.Select(key => key.PartitionKey.ToString())];

        TUser found = (await store.FindAsync(Key(1), ReadConsistency.Strong))!;
        List<UserLookup<TUser>> many = await store.FindManyAsync(keys, ReadConsistency.Strong).ReadAllAsync();

        Known(found).Should().BeEquivalentTo(await Program.ReadAsync(1));
        (await store.FindAsync(Key(9))).Should().BeNull();
        (await store.GetAsync(Key(1))).Should().BeEquivalentTo(found);
        await ShouldThrowAsync<UserNotFoundException>(() => store.GetAsync(Key(9)));
        many.Select(lookup => (lookup.Key, lookup.User is null)).Should().Equal((keys[0], false), (keys[1], true), (keys[2], false));
        (await store.FindManyAsync(keys.ToAsyncEnumerable()).ReadAllAsync()).Should().BeEquivalentTo(many);
        foreach (IAsyncEnumerable<UserLookup<TUser>> lookups in new[] { store.FindManyAsync(texts), store.FindManyAsync(texts.ToAsyncEnumerable()) })
        {
            if (Key(1).SortKey is null)
                (await lookups.ReadAllAsync()).Should().BeEquivalentTo(many);
            else
                await ShouldThrowAsync<InvalidUserException>(() => lookups.ReadAllAsync());
        }
    }

    private async Task ListAsync(IUserStore<TUser> store)
    {
        List<TUser> all = await store.ListAsync().ReadAllAsync();
        var paged = new List<TUser>();
        UserPage<TUser>? page = null;
        while (page is null || page.HasMore)
        {
            page = await store.ListPageAsync(new UserListOptions { PageSize = 1, Consistency = ReadConsistency.Strong }, page?.ContinuationToken);
            paged.AddRange(page.Users);
        }

        all.Select(Known).Should().BeEquivalentTo([await Program.ReadAsync(1), await Program.ReadAsync(2), await Program.ReadAsync(3)]);
        paged.Should().BeEquivalentTo(all);
        (await store.ListSegmentsAsync(new UserListOptions { TotalSegments = 2 }).ReadAllAsync()).SelectMany(segment => segment.Users)
            .Should().BeEquivalentTo(all);
    }

    private async Task QueryAsync(IUserStore<TUser> store)
    {
        foreach (UserQuery<TUser> query in Queries)
        {
            List<TUser> all = await store.QueryAsync(query).ReadAllAsync();
            List<TUser> newest = await store.QueryAsync(query with { Direction = QueryDirection.Descending }).ReadAllAsync();
            UserPage<TUser> first = await store.QueryPageAsync(query with { PageSize = 2 });
            UserPage<TUser> second = await store.QueryPageAsync(query with { PageSize = 2 }, first.ContinuationToken);

            all.Select(Known).Should().BeEquivalentTo([await Program.ReadAsync(1), await Program.ReadAsync(2), await Program.ReadAsync(3)]);
            newest.Should().BeEquivalentTo(all);
            first.Users.Concat(second.Users).Should().BeEquivalentTo(all, options => options.WithStrictOrdering());
            (await store.QueryAsync(query with { Limit = 1 }).ReadAllAsync()).Should().HaveCount(1);
        }

        var missing = new UserQuery<TUser>("no-index", "x");
        await ShouldThrowAsync<InvalidUserException>(() => store.QueryAsync(missing).ReadAllAsync());
        await ShouldThrowAsync<InvalidUserException>(() => store.QueryPageAsync(missing));
        if (Key(1).SortKey is null)
            await ShouldThrowAsync<InvalidUserException>(() => store.QueryAsync(UserQuery<TUser>.OfPartition(Key(1).PartitionKey)).ReadAllAsync());
    }

    private async Task FindByAsync(IUserStore<TUser> store)
    {
        if (Unique is not ({ } property, var value, var hasIndex))
        {
            await ShouldThrowAsync<InvalidUserException>(() => store.FindByAsync(Name, "Fake"));
            return;
        }

        (await store.FindByAsync(property, value(1), ReadConsistency.Strong)).Should().BeNull("the audit has not reserved it yet");
        await Audit.RepairAsync().ReadAllAsync();
        TUser user = await GetAsync(1);
        (await store.FindByAsync(property, value(1), ReadConsistency.Strong)).Should().BeEquivalentTo(user);
        if (hasIndex)
            (await store.FindByAsync(property, value(1))).Should().BeEquivalentTo(user);
        else
            await ShouldThrowAsync<InvalidOperationException>(() => store.FindByAsync(property, value(1)));
    }

    // SetReservationTests has a table whose type declares such values.
    private async Task FindByValuesThatAreNotDeclaredAsync(IUserStore<TUser> store)
    {
        await ShouldThrowAsync<InvalidUserException>(() => store.FindByAsync(_ => Array.Empty<string>(), "fake"));
        await ShouldThrowAsync<InvalidUserException>(() => store.FindAllByAsync(Name, "Fake").ReadAllAsync());
        await ShouldThrowAsync<InvalidUserException>(() => store.FindAllByAsync(_ => Array.Empty<string>(), "fake").ReadAllAsync());
    }

    private async Task CreateAsync(IUserStore<TUser> store)
    {
        TUser created = await store.CreateAsync(NewUser(4));

        (await GetAsync(4)).Should().BeEquivalentTo(created);
        (await Program.ReadAsync(4)).Should().BeEquivalentTo(Known(created));
        await ShouldThrowAsync<UserAlreadyExistsException>(() => store.CreateAsync(NewUser(1)));
    }

    private async Task UpdateAsync(IUserStore<TUser> store)
    {
        NameOf(await store.UpdateAsync(Key(1), Rename("A").OnlyIf(IsNamed("Fake")))).Should().Be("A");
        await ShouldThrowAsync<UserConditionFailedException>(() => store.UpdateAsync(Key(1), Rename("B").OnlyIf(IsNamed("Fake"))));
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => store.UpdateAsync(Key(1), Rename("B").ExpectVersion(9)));
        await ShouldThrowAsync<UserNotFoundException>(() => store.UpdateAsync(Key(9), Rename("B")));
        await ShouldAgreeAsync(1, "A");

        TUser read = await GetAsync(2);
        if (HasVersion)
        {
            await store.UpdateAsync(WithName(read, "C"));
            await store.UpdateAsync(Key(2), Rename("D").ExpectVersion(1));
            await ShouldAgreeAsync(2, "D");
        }

        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => store.UpdateAsync(WithName(read, "E")));
    }

    private async Task DeleteAsync(IUserStore<TUser> store)
    {
        TUser read = await GetAsync(3);
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => store.DeleteAsync(Key(3), expectedVersion: 9));
        (await store.DeleteAsync(Key(3))).Should().BeEquivalentTo(read);
        (await store.DeleteAsync(Key(3))).Should().BeNull();
        (await Program.ReadAsync(3)).Should().BeNull();

        if (HasVersion)
            await store.DeleteUnchangedAsync(await GetAsync(1));
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => store.DeleteUnchangedAsync(read));
        (await Program.ReadAsync(1) is null).Should().Be(HasVersion);
    }
}
