namespace UserStore.ContractTests.Suites;

/// <summary>An expired user releases its email and its id, although its item is not yet deleted.</summary>
public abstract class EmailExpiryContract(StoreFactory stores) : Contract(stores)
{
    private const string Taken = "taken@example.test";

    [Theory]
    [InlineData("create")]
    [InlineData("update")]
    [InlineData("patch")]
    public async Task An_expired_user_blocks_neither_its_id_nor_its_email(string how)
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-expired", Email = Taken, ExpiresAt = Now.AddSeconds(5) });
        User other = await store.CreateAsync(new User { UserId = "fake-other", Email = "other@example.test" });
        Clock.Advance(TimeSpan.FromSeconds(5));
        (await store.FindByEmailAsync(Taken, ReadConsistency.Strong)).Should().BeNull();

        User taker = how switch
        {
            "create" => await store.CreateAsync(new User { UserId = "fake-new", Email = Taken }),
            "update" => await store.UpdateAsync(other with { Email = Taken }),
            _ => await store.UpdateAsync("fake-other", new UserPatch<User>().Set(user => user.Email, Taken)),
        };

        await ShouldOwnEmailAsync(store, Taken, taker);
        User again = await store.CreateAsync(new User { UserId = "fake-expired", Email = "again@example.test" });
        await ShouldOwnEmailAsync(store, "again@example.test", again);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task An_expired_user_can_be_recreated_with_the_same_email()
    {
        IUserStore<User> store = await CreateStoreAsync();
        await store.CreateAsync(new User { UserId = "fake-1", Email = Taken, ExpiresAt = Now.AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));

        User again = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken });

        await ShouldOwnEmailAsync(store, Taken, again);
        await ShouldBeConsistentAsync(store);
    }

    [Fact]
    public async Task An_expired_user_whose_email_has_a_new_owner_cannot_be_restored()
    {
        IUserStore<User> store = await CreateStoreAsync();
        User expiring = await store.CreateAsync(new User { UserId = "fake-1", Email = Taken, ExpiresAt = Now.AddSeconds(5) });
        Clock.Advance(TimeSpan.FromSeconds(5));
        User taker = await store.CreateAsync(new User { UserId = "fake-2", Email = Taken });

        Func<Task> extend = () => store.UpdateAsync("fake-1", new UserPatch<User>().Set(user => user.ExpiresAt, Now.AddDays(1)));
        Func<Task> revive = () => store.UpdateAsync(expiring with { ExpiresAt = null });

        await extend.Should().ThrowAsync<UserNotFoundException>();
        (await revive.Should().ThrowAsync<UserConflictException>()).Which.UserWasDeleted.Should().BeTrue();
        await ShouldOwnEmailAsync(store, Taken, taker);
    }
}
