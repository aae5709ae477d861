using System.Linq.Expressions;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.DataModel;
using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>The store writes in the V2 conversion of the SDK, whose default is V1. Each reads what the other writes.</summary>
public sealed class ConversionTests : ContextProgramTest
{
    [Fact]
    public async Task Items_of_the_store_are_read_in_the_V1_conversion()
    {
        Customer customer = NewCustomer();
        customer.Labels = ["b", "a", "b"];
        Customer created = await Store.CreateAsync(customer);

        Customer read = await Context.LoadAsync<Customer>("fake-1");

        Dictionary<string, AttributeValue> item = await ItemAsync();
        (item["labels"].L.Count, item["numbers"].L.Count, item["active"].BOOL).Should().Be((3, 2, true));
        read.Should().BeEquivalentTo(created, options => options.WithStrictOrdering());
    }

    [Fact]
    public async Task Items_in_the_V1_conversion_are_read_and_converted_when_the_store_replaces_the_user()
    {
        await Context.SaveAsync(NewCustomer());
        Dictionary<string, AttributeValue> before = await ItemAsync();

        Customer read = await Store.GetAsync("fake-1");
        await Store.UpdateAsync(read);

        (before["labels"].SS.Count, before["numbers"].NS.Count, before["active"].N).Should().Be((2, 2, "1"));
        read.Should().BeEquivalentTo(NewCustomer(), options => options.Excluding(customer => customer.Version));
        Dictionary<string, AttributeValue> after = await ItemAsync();
        (after["labels"].L.Count, after["numbers"].L.Count, after["active"].BOOL).Should().Be((2, 2, true));
    }

    [Fact]
    public async Task A_context_with_the_V2_conversion_reads_items_of_both()
    {
        await Context.SaveAsync(NewCustomer());
        Customer other = NewCustomer("fake-2");
        other.Email = "fake.other@example.test";
        Customer created = await Store.CreateAsync(other);
        using DynamoDBContext converted = new DynamoDBContextBuilder().WithDynamoDBClient(() => Server.Client).ConfigureContext(
            config => (config.TableNamePrefix, config.Conversion) = (Options.TableNamePrefix, DynamoDBEntryConversion.V2)).Build();

        Customer first = await converted.LoadAsync<Customer>("fake-1");
        Customer second = await converted.LoadAsync<Customer>("fake-2");
        await converted.SaveAsync(first);

        first.Should().BeEquivalentTo(NewCustomer(), options => options.Excluding(customer => customer.Version));
        second.Should().BeEquivalentTo(created);
        Dictionary<string, AttributeValue> item = await ItemAsync();
        (item["labels"].L.Count, item["active"].BOOL).Should().Be((2, true));
    }

    [Fact]
    public async Task A_patch_converts_only_what_it_sets()
    {
        await Context.SaveAsync(NewCustomer());

        await Store.UpdateAsync("fake-1", new UserPatch<Customer>().Set(customer => customer.IsActive, false));

        Dictionary<string, AttributeValue> item = await ItemAsync();
        (item["active"].BOOL, item["labels"].SS.Count).Should().Be((false, 2));
    }

    [Fact]
    public async Task Conditions_compare_Booleans_in_both_conversions()
    {
        await Context.SaveAsync(NewCustomer());
        Customer inactive = NewCustomer("fake-2");
        inactive.IsActive = false;
        await Context.SaveAsync(inactive);
        foreach (string id in new[] { "fake-1", "fake-2" })
        {
            bool isActive = id == "fake-1";
            await ShouldApplyAsync(isActive, () => Store.UpdateAsync(id, Rename().OnlyIf(customer => customer.IsActive)));
            await ShouldApplyAsync(!isActive, () => Store.UpdateAsync(id, Rename().OnlyIf(customer => !customer.IsActive)));
            await ShouldApplyAsync(isActive, () => Store.UpdateAsync(id, Rename().OnlyIf(customer => customer.IsActive != false)));
            await ShouldApplyAsync(!isActive, () => Store.UpdateAsync(id, Rename().OnlyIf(customer => customer.IsActive != true)));
        }

        (await IdsAsync(customer => customer.IsActive)).Should().Equal("fake-1");
        (await IdsAsync(customer => !customer.IsActive)).Should().Equal("fake-2");

        static UserPatch<Customer> Rename() => new UserPatch<Customer>().Set(customer => customer.Points, 1);

        async Task<IEnumerable<string>> IdsAsync(Expression<Func<Customer, bool>> filter)
            => (await Store.QueryAsync(new UserQuery<Customer>("email-index", Email) { Filter = filter }).ReadAllAsync()).Select(customer => customer.Id);

        static async Task ShouldApplyAsync(bool expected, Func<Task> patch)
        {
            if (expected)
                await patch();
            else
                await patch.Should().ThrowAsync<UserConditionFailedException>();
        }
    }

    [Fact]
    public async Task Appends_to_lists_require_the_V2_conversion()
    {
        await Context.SaveAsync(NewCustomer());
        UserPatch<Customer> append = new UserPatch<Customer>().Append(customer => customer.Labels, ["c"]);

        Func<Task> appending = () => Store.UpdateAsync("fake-1", append);

        (await appending.Should().ThrowAsync<InvalidUserException>()).Which.Violations.Single().Field.Should().Be("Labels");
        await Store.UpdateAsync(await Store.GetAsync("fake-1", ReadConsistency.Strong));
        (await Store.UpdateAsync("fake-1", append)).Labels.Should().HaveCount(3);
    }

    [Fact]
    public async Task A_save_in_the_V1_conversion_turns_lists_into_sets_again_and_keeps_a_list_that_it_should_empty()
    {
        await Store.CreateAsync(NewCustomer());

        await SaveByOtherAsync(customer => customer.Labels = []);

        Dictionary<string, AttributeValue> item = await ItemAsync();
        (item["labels"].L?.Count, item["numbers"].NS?.Count, item["active"].N).Should().Be((2, 2, "1"));
        (await Store.GetAsync("fake-1", ReadConsistency.Strong)).Labels.Should().Equal("b", "a");
    }

    [Fact]
    public async Task A_list_with_duplicates_cannot_be_saved_in_the_V1_conversion()
    {
        Customer customer = NewCustomer();
        customer.Labels = ["a", "a"];
        await Store.CreateAsync(customer);

        Func<Task> rename = () => SaveByOtherAsync(customer => customer.Name = "New");

        (await rename.Should().ThrowAsync<AmazonDynamoDBException>()).Which.ErrorCode.Should().Be("ValidationException");
    }

    [Fact]
    public async Task An_OnlyWhere_on_a_Boolean_includes_items_in_the_V1_conversion()
    {
        var options = new UserStoreOptions { TableNamePrefix = Options.TableNamePrefix };
        options.Describe<Customer>(type => type.OnlyWhere(customer => customer.IsActive == true));
        DynamoDbUserStore<Customer> active = Stores.Open<Customer>(options);
        await Context.SaveAsync(NewCustomer());
        Customer inactive = NewCustomer("fake-2");
        inactive.IsActive = false;
        await Context.SaveAsync(inactive);

        (await active.FindAsync("fake-1", ReadConsistency.Strong))!.IsActive.Should().BeTrue();
        (await active.FindAsync("fake-2", ReadConsistency.Strong)).Should().BeNull();
        (await active.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Id.Should().Be("fake-1");
        (await active.UpdateAsync("fake-1", new UserPatch<Customer>().Set(customer => customer.Points, 1))).Points.Should().Be(1);
        Func<Task> patch = () => active.UpdateAsync("fake-2", new UserPatch<Customer>().Set(customer => customer.Points, 1));
        await patch.Should().ThrowAsync<UserNotFoundException>();
    }
}
