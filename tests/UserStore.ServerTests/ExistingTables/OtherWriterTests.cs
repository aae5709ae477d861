using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.Testing;
using UserStore.TestKit.UserTypes;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>What another program may write to the table of a store, and what the store no longer knows afterwards.</summary>
public sealed class OtherWriterTests : ContextProgramTest
{
    [Fact]
    public async Task A_save_keeps_the_ids_of_writes_and_the_version_protects_both_writers()
    {
        Customer created = await Store.CreateAsync(NewCustomer());
        Customer read = await Context.LoadAsync<Customer>("fake-1");
        string[] ids = await IdsAsync();

        await SaveByOtherAsync(customer => customer.Name = "Other");
        Func<Task> lateStore = () => Store.UpdateAsync(created);
        Func<Task> lateOther = () => Context.SaveAsync(read);

        (await IdsAsync()).Should().Equal(ids).And.HaveCount(2);
        (await lateStore.Should().ThrowAsync<UserConflictException>()).Which.ActualVersion.Should().Be(2);
        await lateOther.Should().ThrowAsync<ConditionalCheckFailedException>();
        (await Store.GetAsync("fake-1", ReadConsistency.Strong)).Name.Should().Be("Other");
    }

    [Fact]
    public async Task A_save_after_a_write_of_the_store_is_refused_if_the_customer_was_loaded_before()
    {
        await Context.SaveAsync(NewCustomer());
        Customer read = await Context.LoadAsync<Customer>("fake-1");
        await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Set(customer => customer.Name, "Store"));

        Func<Task> late = () => Context.SaveAsync(read);

        await late.Should().ThrowAsync<ConditionalCheckFailedException>();
        await SaveByOtherAsync(customer => customer.Points = 1);
        await Context.DeleteAsync(await Context.LoadAsync<Customer>("fake-1"));
        (await Store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
    }

    [Fact]
    public async Task A_save_between_two_attempts_does_not_apply_a_patch_twice()
    {
        await Store.CreateAsync(NewCustomer());
        Wire.Next(WireFault.LostResponse, "UpdateItem");
        Wire.AfterFault = _ => SaveByOtherAsync(customer => customer.Name = "Other");

        Customer patched = await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Increment(customer => customer.Points, 1));

        (patched.Points, patched.Name).Should().Be((1, "Other"));
    }

    [Fact]
    public async Task A_put_of_the_whole_item_between_two_attempts_lets_a_patch_be_applied_twice()
    {
        await Store.CreateAsync(NewCustomer());
        Wire.Next(WireFault.LostResponse, "UpdateItem");
        Wire.AfterFault = _ => PutByOtherAsync(_ => { });

        Customer patched = await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Increment(customer => customer.Points, 1));

        patched.Points.Should().Be(2, "the put removed the id of the first attempt");
    }

    [Fact]
    public async Task A_put_of_the_whole_item_drops_the_ids_until_the_next_writes_of_the_store()
    {
        await Store.CreateAsync(NewCustomer());

        await PutByOtherAsync(customer => customer.Name = "Other");

        (await IdsAsync()).Should().BeEmpty();
        (await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Increment(customer => customer.Points, 1))).Name.Should().Be("Other");
        (await IdsAsync()).Should().HaveCount(8).And.NotContain(id => id.StartsWith("birth_id", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task A_put_of_the_whole_item_is_a_conflict_if_it_raises_the_version_or_the_type_has_a_revision(bool raises, bool hasRevision)
    {
        IUserStore<RevisedCustomer> revised = Stores.Open<RevisedCustomer>(Options);
        Customer created = await Store.CreateAsync(NewCustomer());
        RevisedCustomer read = await revised.GetAsync("fake-1", ReadConsistency.Strong);
        await PutByOtherAsync(customer => customer.Version += raises ? 1 : 0);

        Func<Task> late = () => hasRevision ? revised.UpdateAsync(read) : Store.UpdateAsync(created);

        await late.Should().ThrowAsync<UserConflictException>();
    }

    [Fact]
    public async Task A_put_of_the_whole_item_with_the_same_version_is_overwritten_by_a_type_without_a_revision()
    {
        Customer created = await Store.CreateAsync(NewCustomer());
        await PutByOtherAsync(customer => customer.Name = "Other");

        (await Store.UpdateAsync(created)).Name.Should().Be("Fake Customer");
    }

    [Fact]
    public async Task A_value_that_another_program_writes_is_not_reserved_until_the_audit_repairs_it()
    {
        await Context.SaveAsync(NewCustomer());
        Func<Task> create = () => Store.CreateAsync(NewCustomer("fake-2"));

        (await FindByEmailAsync()).Should().BeNull();
        await Stores.AuditOf(Store).RepairAsync().ReadAllAsync();

        (await FindByEmailAsync())!.Id.Should().Be("fake-1");
        (await create.Should().ThrowAsync<UserValueInUseException>()).Which.OwnerKey.Should().Be((UserKey)"fake-1");
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_value_that_the_store_reserves_before_is_reported_as_a_duplicate_until_one_user_has_another()
    {
        await Context.SaveAsync(NewCustomer());
        await Store.CreateAsync(NewCustomer("fake-2"));

        List<UniqueValueFinding> found = await FindingsAsync();
        await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Set(customer => customer.Email, "fake.other@example.test"));

        found.Should().Equal(new UniqueValueFinding(UniqueValueProblem.DuplicateValue, "Email", Email, "fake-1", (UserKey)"fake-2"));
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_save_that_keeps_the_version_is_overwritten(bool hasRevision)
    {
        IUserStore<RevisedCustomer> revised = Stores.Open<RevisedCustomer>(Options);
        Customer created = await Store.CreateAsync(NewCustomer());
        RevisedCustomer read = await revised.GetAsync("fake-1", ReadConsistency.Strong);
        Customer changed = await Context.LoadAsync<Customer>("fake-1");
        changed.Name = "Other";
        await Context.SaveAsync(changed, new SaveConfig { SkipVersionCheck = true });

        Customer replaced = hasRevision ? await revised.UpdateAsync(read) : await Store.UpdateAsync(created);

        (changed.Version, replaced.Name, replaced.Version).Should().Be((1, "Fake Customer", 2));
    }

    [Fact]
    public async Task A_value_that_another_program_changes_leaves_a_reservation_that_the_next_create_takes_over()
    {
        await Store.CreateAsync(NewCustomer());
        await SaveByOtherAsync(customer => customer.Email = "fake.other@example.test");

        List<UniqueValueFinding> found = await FindingsAsync();
        await Store.CreateAsync(NewCustomer("fake-2"));
        await Stores.AuditOf(Store).RepairAsync().ReadAllAsync();

        found.Select(finding => finding.Problem).Should().BeEquivalentTo(
            [UniqueValueProblem.UserWithoutReservation, UniqueValueProblem.ReservationWithoutOwner]);
        (await FindingsAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Without_an_index_the_audit_reserves_a_duplicate_value_for_one_of_its_users()
    {
        IUserStore<Subscriber> store = await Stores.CreateAsync<Subscriber>(Options);
        await Context.SaveAsync(new Subscriber("fake.1@example.test", "Fake 1", 1, Phone: "555"));
        await Context.SaveAsync(new Subscriber("fake.2@example.test", "Fake 2", 2, Phone: "555"));

        List<UniqueValueAuditPage> pages = await Stores.AuditOf(store).RepairAsync().ReadAllAsync();

        UniqueValueFinding[] findings = [.. pages.SelectMany(page => page.Findings).OrderBy(finding => finding.IsRepaired)];
        findings.Select(finding => (finding.Problem, finding.IsRepaired)).Should().Equal(
            (UniqueValueProblem.DuplicateValue, false), (UniqueValueProblem.UserWithoutReservation, true));
        findings[0].OtherKey.Should().Be(findings[1].Key);
    }

    [Fact]
    public async Task A_delete_leaves_a_reservation_that_the_next_create_takes_over()
    {
        await Store.CreateAsync(NewCustomer());
        await Context.DeleteAsync<Customer>("fake-1");

        List<UniqueValueFinding> found = await FindingsAsync();
        Customer? absent = await FindByEmailAsync();
        await Store.CreateAsync(NewCustomer("fake-2"));

        found.Should().ContainSingle().Which.Problem.Should().Be(UniqueValueProblem.ReservationWithoutOwner);
        absent.Should().BeNull();
        (await FindByEmailAsync())!.Id.Should().Be("fake-2");
        (await FindingsAsync()).Should().BeEmpty();
    }

    // The context puts whole items in batches only, and does not raise versions there.
    private async Task PutByOtherAsync(Action<Customer> change)
    {
        Customer customer = await Context.LoadAsync<Customer>("fake-1");
        change(customer);
        IBatchWrite<Customer> batch = Context.CreateBatchWrite<Customer>(new BatchWriteConfig { SkipVersionCheck = true });
        batch.AddPutItem(customer);
        await batch.ExecuteAsync();
    }

    private Task<Customer?> FindByEmailAsync() => Store.FindByAsync(customer => customer.Email, Email, ReadConsistency.Strong);

    private async Task<List<UniqueValueFinding>> FindingsAsync()
        => [.. (await Stores.AuditOf(Store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings)];

    private async Task<string[]> IdsAsync() => [.. (await ItemAsync())
        .Where(attribute => attribute.Key.StartsWith("write_id", StringComparison.Ordinal) || attribute.Key == "birth_id")
        .Select(attribute => $"{attribute.Key} {attribute.Value.S}").Order()];

    public sealed class RevisedCustomer : Customer
    {
        [DynamoDBIgnore]
        [Revision]
        public string? Revision { get; set; }
    }
}
