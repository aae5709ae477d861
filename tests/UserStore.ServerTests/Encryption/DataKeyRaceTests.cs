using UserStore.DynamoDb;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.Encryption;

/// <summary>Processes that create, delete and change a user concurrently, each with data keys in its memory.</summary>
public sealed class DataKeyRaceTests : EncryptionTest
{
    [Fact]
    public async Task Two_processes_that_create_a_user_leave_one_with_its_data_key()
    {
        for (int number = 1; number <= 20; number++)
        {
            Patient user = Patient.New(number);
            Task<Patient>[] creates = [.. Enumerable.Range(0, 4).Select(_ => OtherProcess().CreateAsync(user))];
            await ((Task)Task.WhenAll(creates)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

            creates.Should().ContainSingle(create => create.IsCompletedSuccessfully);
            creates.Where(create => create.IsFaulted).Should().OnlyContain(create => create.Exception!.InnerException is UserAlreadyExistsException);
            Patient created = await creates.First(create => create.IsCompletedSuccessfully);
            (await OtherProcess().FindAsync(user.Id, ReadConsistency.Strong)).Should().BeEquivalentTo(created);
        }

        (await ScanAsync(DataKeys)).Should().HaveCount(20);
    }

    [Fact]
    public async Task A_create_uses_the_data_key_that_a_user_with_its_id_left_behind()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        byte[] key = (await ReadItemAsync(DataKeys, RowOf("fake-1")))["wrapped_key"].B.ToArray();
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") });

        Patient created = await Store.CreateAsync(Patient.New(1) with { Insurance = "other" });

        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(created);
        (await ReadItemAsync(DataKeys, RowOf("fake-1")))["wrapped_key"].B.ToArray().Should().Equal(key);
    }

    [Fact]
    public async Task A_create_meets_a_data_key_that_disappears()
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        await Server.Client.DeleteItemAsync(Users, new() { ["Id"] = new("fake-1") });
        int transactions = 0;
        Wire.BeforeRequest = async request =>
        {
            if (request.Operation == "TransactWriteItems" && ++transactions == 2)
                await EraseKeyAsync("fake-1");
        };

        Patient created = await Store.CreateAsync(Patient.New(1) with { Insurance = "other" });

        transactions.Should().Be(3);
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(created);
    }

    [Fact]
    public async Task A_patch_by_a_data_key_that_is_out_of_date_uses_the_new_one()
    {
        await RecreateBehindAsync();

        Patient patched = await Store.UpdateAsync("fake-1", new UserPatch<Patient>()
            .Set(user => user.Diagnosis, "Patched").OnlyIf(user => user.Visits == 1));

        patched.Diagnosis.Should().Be("Patched");
        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(patched);
    }

    [Fact]
    public async Task A_patch_of_another_property_by_a_data_key_that_is_out_of_date_returns_the_values()
    {
        await RecreateBehindAsync();

        Patient patched = await Store.UpdateAsync("fake-1", new UserPatch<Patient>().Increment(user => user.Visits, 1));

        (patched.Diagnosis, patched.Visits).Should().Be(("Recreated", 2));
    }

    [Fact]
    public async Task A_patch_with_a_false_condition_is_refused_by_a_data_key_that_is_out_of_date_as_well()
    {
        await RecreateBehindAsync();

        Func<Task> patch = () => Store.UpdateAsync("fake-1", new UserPatch<Patient>()
            .Set(user => user.Diagnosis, "Patched").OnlyIf(user => user.Visits == 9));

        await patch.Should().ThrowAsync<UserConditionFailedException>();
    }

    [Fact]
    public async Task A_save_by_a_data_key_that_is_out_of_date_uses_the_new_one()
    {
        Patient recreated = await RecreateBehindAsync();

        Patient saved = await Store.UpdateAsync(recreated with { Diagnosis = "Saved" }); // read by another process

        (await OtherProcess().FindAsync("fake-1")).Should().BeEquivalentTo(saved);
        Func<Task> again = () => Store.UpdateAsync(recreated);
        await again.Should().ThrowAsync<UserConflictException>();
    }

    [Fact]
    public async Task Reads_by_a_data_key_that_is_out_of_date_use_the_new_one()
    {
        Patient recreated = await RecreateBehindAsync();
        (await Store.FindAsync("fake-1")).Should().BeEquivalentTo(recreated);

        recreated = await RecreateBehindAsync();
        (await Store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Should().BeEquivalentTo(recreated);

        recreated = await RecreateBehindAsync();
        (await Store.FindManyAsync(["fake-1"]).ReadAllAsync()).Should().ContainSingle().Which.User.Should().BeEquivalentTo(recreated);

        recreated = await RecreateBehindAsync();
        (await Store.DeleteAsync("fake-1")).Should().BeEquivalentTo(recreated);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_user_who_is_deleted_while_it_is_read_is_not_found(bool isCreatedAgain)
    {
        await OtherProcess().CreateAsync(Patient.New(1));
        Wire.BeforeRequest = async request =>
        {
            if (!request.Body.Contains("DataKeys", StringComparison.Ordinal))
                return;
            Wire.BeforeRequest = null;
            await OtherProcess().DeleteAsync("fake-1");
            if (isCreatedAgain)
                await OtherProcess().CreateAsync(Patient.New(1) with { Diagnosis = "Recreated" });
        };
        DynamoDbUserStore<Patient> store = new(Client, NewProcessOptions(), Stores.Time);

        UserPage<Patient> page = await store.ListPageAsync(new UserListOptions { Consistency = ReadConsistency.Strong });

        page.Users.Should().BeEmpty();
        (await store.FindAsync("fake-1", ReadConsistency.Strong))?.Diagnosis.Should().Be("Recreated");
    }

    [Fact]
    public async Task Two_processes_that_write_a_user_with_plain_values_agree_on_a_data_key()
    {
        for (int number = 1; number <= 10; number++)
        {
            await PutPlainAsync(number);
            string id = $"fake-{number}";
            await Task.WhenAll(
                OtherProcess().UpdateAsync(id, new UserPatch<Patient>().Set(user => user.Diagnosis, "One")),
                OtherProcess().UpdateAsync(id, new UserPatch<Patient>().Set(user => user.Origin, "Two")),
                OtherProcess().UpdateAsync(id, new UserPatch<Patient>().Set(user => user.Age, 3).Increment(user => user.Visits, 1)));

            Patient found = (await OtherProcess().FindAsync(id, ReadConsistency.Strong))!;
            (found.Diagnosis, found.Origin, found.Age, found.Visits).Should().Be(("One", "Two", 3, 1));
        }

        (await ScanAsync(DataKeys)).Should().HaveCount(10);
    }

    [Fact]
    public async Task Processes_that_create_change_and_delete_a_user_leave_no_value_that_cannot_be_read()
    {
        Random random = TestSeed.NewRandom();
        int[] seeds = [.. Enumerable.Range(0, 4).Select(_ => random.Next())];
        await Task.WhenAll(seeds.Select(async seed =>
        {
            DynamoDbUserStore<Patient> store = OtherProcess();
            var own = new Random(seed);
            for (int step = 0; step < 60; step++)
            {
                try
                {
                    await StepAsync(store, own.Next(5), step);
                }
                catch (Exception refused) when (refused is UserAlreadyExistsException or UserNotFoundException or UserConflictException
                    or UserStoreUnavailableException { IsTransient: true })
                {
                    // another process was faster
                }
            }
        }));

        await ShouldAllBeReadableAsync();
    }

    private static async Task StepAsync(DynamoDbUserStore<Patient> store, int action, int step)
    {
        switch (action)
        {
            case 0:
                await store.CreateAsync(Patient.New(1));
                break;
            case 1:
                await store.DeleteAsync("fake-1");
                break;
            case 2:
                await store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Diagnosis, $"Patched {step}"));
                break;
            case 3:
                Patient read = await store.GetAsync("fake-1", ReadConsistency.Strong);
                await store.UpdateAsync(read with { Age = step });
                break;
            default:
                await store.UpdateAsync("fake-1", new UserPatch<Patient>().Set(user => user.Insurance, $"insurance-{step % 3}"));
                break;
        }
    }

    // So that the store has the data key of the former user in memory.
    private async Task<Patient> RecreateBehindAsync()
    {
        DynamoDbUserStore<Patient> other = OtherProcess();
        await other.DeleteAsync("fake-1");
        await other.CreateAsync(Patient.New(1));
        await Store.FindAsync("fake-1", ReadConsistency.Strong);
        await other.DeleteAsync("fake-1");
        return await other.CreateAsync(Patient.New(1) with { Diagnosis = "Recreated" });
    }
}
