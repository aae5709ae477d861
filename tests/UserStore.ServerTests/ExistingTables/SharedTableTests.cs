using Amazon.DynamoDBv2.Model;
using UserStore.DynamoDb;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>With <c>OnlyWhere</c>, items of other kinds in the table are none of the store's users.</summary>
public sealed class SharedTableTests : ExistingTableTest
{
    [Fact]
    public async Task Items_of_other_kinds_are_neither_read_nor_written_nor_audited()
    {
        DynamoDbUserStore<Customer> store = OnlyWhere(customer => customer.Name == "Fake Customer");
        Customer other = NewCustomer();
        other.Name = "Order";
        await Context.SaveAsync(other);
        Dictionary<string, AttributeValue> before = await ItemAsync();
        await store.CreateAsync(NewCustomer("fake-2"));
        Func<Task> create = () => store.CreateAsync(NewCustomer());
        Func<Task> patch = () => store.UpdateAsync("fake-1", new UserPatch<Customer>().Set(customer => customer.Points, 1));

        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
        (await store.ListAsync().ReadAllAsync()).Should().ContainSingle().Which.Id.Should().Be("fake-2");
        await create.Should().ThrowAsync<UserAlreadyExistsException>();
        await patch.Should().ThrowAsync<UserNotFoundException>();
        (await store.DeleteAsync("fake-1")).Should().BeNull();

        (await ItemAsync()).Should().BeEquivalentTo(before);
        (await Stores.AuditOf(store).CheckAsync().ReadAllAsync()).SelectMany(page => page.Findings).Should().BeEmpty();
    }

    [Fact]
    public async Task A_condition_on_a_Boolean_excludes_items_in_the_V1_conversion()
    {
        DynamoDbUserStore<Customer> store = OnlyWhere(customer => customer.IsActive == true);
        await Context.SaveAsync(NewCustomer());

        (await store.FindAsync("fake-1", ReadConsistency.Strong)).Should().BeNull();
        (await Store.FindAsync("fake-1", ReadConsistency.Strong))!.IsActive.Should().BeTrue();
    }

    private DynamoDbUserStore<Customer> OnlyWhere(System.Linq.Expressions.Expression<Func<Customer, bool>> condition)
    {
        var options = new UserStoreOptions { TableNamePrefix = Options.TableNamePrefix };
        options.Describe<Customer>(type => type.OnlyWhere(condition));
        return Stores.Open<Customer>(options);
    }
}
