using UserStore.Testing;

namespace UserStore.ContractTests.Suites;

public abstract class BatchWriterContract(StoreFactory stores) : Contract(stores)
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Creates_write_every_user(bool uniqueEmails)
    {
        IUserStore<User> store = await CreateAsync(uniqueEmails);
        User[] users = [.. FakeUsers.CreateMany(260).Select((user, i) => i % 10 == 0 ? user with { Email = null } : user)];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(users);

        (result.Read, result.Written, result.IsComplete, result.CompletionReason).Should().Be((260, 260, true, BatchCompletionReason.Completed));
        List<User> stored = await store.ListAsync(new UserListOptions { Consistency = ReadConsistency.Strong }).ReadAllAsync();
        stored.Select(user => (user.UserId, user.Email, user.Name, user.Version)).Should().BeEquivalentTo(
            users.Select(user => (user.UserId, user.Email, user.Name, (long?)1)));
        if (uniqueEmails)
            await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task Creates_that_conflict_are_reported_and_do_not_affect_other_items()
    {
        IUserStore<User> store = await CreateStoreAsync();
        for (int i = 0; i < 20; i++)
            await store.CreateAsync(new User { UserId = $"fake-{i}", Email = $"owner.{i}@example.test" });
        User[] users = [.. Enumerable.Range(0, 300).Select(i => i switch
        {
            < 10 => new User { UserId = $"fake-{i}", Email = $"new.{i}@example.test" },
            < 20 => new User { UserId = $"new-{i}", Email = $"owner.{i}@example.test" },
            _ => new User { UserId = $"new-{i}", Email = $"new.{i}@example.test" },
        })];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(users.OrderBy(user => user.UserId.GetHashCode(StringComparison.Ordinal)));

        (result.Written, result.Rejected, result.Unknown, result.NotAttempted).Should().Be((280, 20, 0, 0));
        result.Failures.Where(item => item.Error is UserAlreadyExistsException).Select(item => item.Key.ToString())
            .Should().BeEquivalentTo(users.Take(10).Select(user => user.UserId));
        result.Failures.Where(item => item.Error is UserValueInUseException).Select(item => item.Item!.Email)
            .Should().BeEquivalentTo(users.Skip(10).Take(10).Select(user => user.Email));
        await ShouldBeConsistentAsync(store);
        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(300);
    }

    [Fact]
    public async Task Users_that_have_expired_are_rejected_and_do_not_affect_other_items()
    {
        IUserStore<User> store = await CreateAsync(uniqueEmails: false);
        User[] users = [.. FakeUsers.CreateMany(9).Select((user, i) => i % 3 == 0 ? user with { ExpiresAt = Now } : user)];

        BatchWriteResult<User> created = await WriterOf(store).CreateAsync(users);
        BatchWriteResult<User> replaced = await WriterOf(store).ReplaceAsync(users);

        foreach (BatchWriteResult<User> result in new[] { created, replaced })
        {
            (result.Written, result.Rejected).Should().Be((6, 3));
            result.Failures.Should().OnlyContain(item => ((InvalidUserException)item.Error!).Violations.Single().Field == "ExpiresAt");
        }

        (await store.ListAsync().ReadAllAsync()).Should().HaveCount(6);
    }

    [Fact]
    public async Task Only_one_of_several_users_with_the_same_email_in_a_batch_is_created()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User[] users = [.. Enumerable.Range(0, 60).Select(i => new User { UserId = $"fake-{i}", Email = $"fake.{i % 20}@example.test" })];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(users);

        (result.Written, result.Rejected).Should().Be((20, 40));
        result.Failures.Should().OnlyContain(item => item.Error is UserValueInUseException);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task Missing_ids_are_generated_and_reported_with_the_items_that_were_not_written()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { Email = "taken@example.test" });

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(
            [new User { Email = "free@example.test" }, new User { Email = "taken@example.test" }, new User()]);

        (result.Written, result.Rejected).Should().Be((2, 1));
        BatchItemFailure<User> rejected = result.Failures.Single();
        (rejected.Position, rejected.Item!.UserId, rejected.Reason).Should().Be((1, "", BatchItemFailureReason.Rejected));
        Guid.Parse(rejected.Key!.Value.ToString()).Version.Should().Be(7);
        rejected.ToString().Should().NotContain("example.test");
    }

    [Fact]
    public async Task Replaces_store_users_unconditionally()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        User old = await store.CreateAsync(FakeUsers.Create(1) with { Name = "Fake Old" });

        BatchWriteResult<User> result = await WriterOf(store).ReplaceAsync(
            FakeUsers.CreateMany(130).Select(user => user.UserId == old.UserId ? old with { Name = "Fake New", CreatedAt = old.CreatedAt } : user));

        (result.Written, result.IsComplete).Should().Be((130, true));
        User replaced = await store.GetAsync(old.UserId, ReadConsistency.Strong);
        (replaced.Name, replaced.Version, replaced.CreatedAt).Should().Be(("Fake New", 2, old.CreatedAt));
        User fresh = await store.GetAsync("fake-2", ReadConsistency.Strong);
        (fresh.Version, fresh.CreatedAt).Should().Be((1, Now));
        (await store.UpdateAsync(fresh with { Age = 1 })).Version.Should().Be(2, "a replaced user has a revision like any other");
    }

    [Fact]
    public async Task Replaces_are_rejected_when_emails_are_unique()
    {
        IUserStore<User> store = await CreateStoreAsync();

        Func<Task> replace = () => WriterOf(store).ReplaceAsync([FakeUsers.Create(1)]);

        (await replace.Should().ThrowAsync<InvalidOperationException>()).Which.Message.Should().ContainAll("CreateAsync", "UpdateAsync", "UniqueEmails");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Deletes_remove_users_and_release_their_emails(bool uniqueEmails)
    {
        IUserStore<User> store = await CreateAsync(uniqueEmails);
        await WriterOf(store).CreateAsync(FakeUsers.CreateMany(120));

        BatchWriteResult<UserKey> result = await WriterOf(store).DeleteAsync(Enumerable.Range(1, 150).Select(i => $"fake-{i}"));

        (result.Read, result.Written, result.NotFound, result.IsComplete).Should().Be((150, 120, 30, true));
        (await store.ListAsync().ReadAllAsync()).Should().BeEmpty();
        if (!uniqueEmails)
            return;
        List<UniqueValueAuditPage> pages = await AuditOf(store).CheckAsync().ReadAllAsync();
        pages.Sum(page => page.Reservations).Should().Be(0);
    }

    [Fact]
    public async Task Invalid_items_are_reported_by_position_and_rule_and_the_other_items_are_written()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User[] users =
        [
            FakeUsers.Create(1), null!, new User { UserId = " " }, new User { Email = "nobody" },
            new User { UserId = "fake-big", Name = new string('x', 400 * 1024) }, FakeUsers.Create(1), FakeUsers.Create(2),
        ];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(users);

        (result.Read, result.Written, result.Rejected).Should().Be((7, 2, 5));
        result.Failures.OrderBy(item => item.Position).Select(item => (item.Position, ((InvalidUserException)item.Error!).Violations[0].Field))
            .Should().Equal((1, "Item"), (2, "UserId"), (3, "Email"), (4, "Item"), (5, "Key"));
        BatchWriteResult<UserKey> deleted = await WriterOf(store).DeleteAsync(["fake-1", "", default, "fake-1", new string('x', 2049)]);
        (deleted.Read, deleted.Written, deleted.Rejected).Should().Be((5, 1, 4));
    }

    [Fact]
    public async Task The_last_of_nearby_items_with_the_same_key_is_written_with_LastWins()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User[] users = [.. Enumerable.Range(1, 4).Select(i => FakeUsers.Create(1) with { Name = $"Fake {i}" }), FakeUsers.Create(2)];

        BatchWriteResult<User> result = await WriterOf(store).CreateAsync(
            users, new BatchWriteOptions<User> { Duplicates = BatchDuplicates.LastWins });

        (result.Read, result.Written, result.Superseded, result.Rejected).Should().Be((5, 2, 3, 0));
        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Name.Should().Be("Fake 4");
    }

    [Fact]
    public async Task Of_distant_items_with_the_same_key_the_second_create_conflicts_and_the_last_replace_is_stored()
    {
        IUserStore<User> store = await CreateStoreWithSharedEmailsAsync();
        var options = new BatchWriteOptions<User> { MaxConcurrency = 1 };
        User[] users = [.. FakeUsers.CreateMany(150), FakeUsers.Create(1) with { Name = "Fake Last" }];

        BatchWriteResult<User> created = await WriterOf(store).CreateAsync(users, options);
        BatchWriteResult<User> replaced = await WriterOf(store).ReplaceAsync(users, options);

        created.Failures.Should().ContainSingle().Which.Error.Should().BeOfType<UserAlreadyExistsException>();
        (replaced.Written, replaced.IsComplete).Should().Be((151, true));
        (await store.GetAsync("fake-1", ReadConsistency.Strong)).Name.Should().Be("Fake Last");
    }

    private Task<IUserStore<User>> CreateAsync(bool uniqueEmails)
        => uniqueEmails ? CreateStoreAsync() : CreateStoreWithSharedEmailsAsync();
}
