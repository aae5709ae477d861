using Amazon.DynamoDBv2.Model;

namespace UserStore.ServerTests.ExistingTables;

/// <summary>A store and a program that write the same users in turns.</summary>
public abstract class InterleavedTest<TUser, TProgram> : ExistingTableCallTest<TUser, TProgram>
    where TUser : class
    where TProgram : TableProgram
{
    [Fact]
    public async Task Each_side_reads_and_changes_what_the_other_one_wrote()
    {
        await Store.CreateAsync(NewUser(4));
        foreach (int number in new[] { 1, 4 })
        {
            await Store.UpdateAsync(Key(number), Rename("A"));
            await ShouldAgreeAsync(number, "A");
            await Program.RenameAsync(number, "B");
            await ShouldAgreeAsync(number, "B");
            await Store.UpdateAsync(Key(number), Rename("C").OnlyIf(IsNamed("B")));
            await ShouldAgreeAsync(number, "C");
            await Program.PutAsync(number, "D");
            await ShouldAgreeAsync(number, "D");
            if (HasVersion)
                await Store.UpdateAsync(WithName(await GetAsync(number), "E"));
            await Program.RenameAsync(number, "F");
            await ShouldAgreeAsync(number, "F");
        }
    }

    [Fact]
    public async Task A_put_of_the_program_after_a_write_of_the_store_was_read_is_a_conflict()
    {
        TUser read = await Store.UpdateAsync(Key(1), Rename("A"));
        await Program.PutAsync(1, "B");

        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.UpdateAsync(WithName(read, "C")));
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.DeleteUnchangedAsync(read));
        await ShouldThrowAsync<UserConditionFailedException>(() => Store.UpdateAsync(Key(1), Rename("C").OnlyIf(IsNamed("A"))));
        await ShouldAgreeAsync(1, "B");
    }

    [Fact]
    public async Task A_put_of_the_program_after_one_of_its_own_was_read_is_a_conflict_for_types_with_a_revision()
    {
        TUser read = await GetAsync(1);
        await Program.PutAsync(1, "B");

        Func<Task> save = () => Store.UpdateAsync(WithName(read, "C"));
        if (HasVersion && !HasRevision)
        {
            await save();
            await ShouldAgreeAsync(1, "C");
            return;
        }

        await ShouldThrowOrNeedVersionAsync<UserConflictException>(save);
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.DeleteUnchangedAsync(read));
        await ShouldAgreeAsync(1, "B");
    }

    [Fact]
    public async Task A_put_of_the_program_between_the_requests_of_one_call_is_a_conflict()
    {
        TUser read = await GetAsync(1);

        PutBeforeTheNextWrite("B");
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.UpdateAsync(WithName(read, "C")));
        read = await GetAsync(1);
        PutBeforeTheNextWrite("D");
        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.DeleteUnchangedAsync(read));
        PutBeforeTheNextWrite("E");
        NameOf((await Store.DeleteAsync(Key(1)))!).Should().Be("E", "the user that is returned is the one that was deleted");
    }

    [Fact]
    public async Task A_delete_of_the_program_is_a_conflict_for_saves_and_an_absent_user_for_all_other_calls()
    {
        if (Unique is not null)
            await Audit.RepairAsync().ReadAllAsync();
        TUser read = await GetAsync(1);
        await Program.DeleteAsync(1);

        await ShouldThrowOrNeedVersionAsync<UserConflictException>(() => Store.UpdateAsync(WithName(read, "C")));
        await ShouldThrowAsync<UserNotFoundException>(() => Store.UpdateAsync(Key(1), Rename("C")));
        (await Store.FindAsync(Key(1), ReadConsistency.Strong)).Should().BeNull();
        (await Store.DeleteAsync(Key(1))).Should().BeNull();
        (await Program.ReadAsync(1)).Should().BeNull();

        if (Unique is ({ } property, var value, _))
            (await Store.FindByAsync(property, value(1), ReadConsistency.Strong)).Should().BeNull("the reservation has no valid owner");
        await Store.CreateAsync(NewUser(1));
        await ShouldAgreeAsync(1, "Fake");
    }

    [Fact]
    public async Task A_patch_and_a_save_keep_attributes_that_the_class_does_not_have_and_a_batch_replace_does_not()
    {
        await Program.SetUnknownAsync(1);

        await Store.UpdateAsync(Key(1), Rename("A"));
        (await UnknownAsync()).Should().BeEquivalentTo(TableProgram.Unknown);
        if (HasVersion)
            await Store.UpdateAsync(WithName(await GetAsync(1), "B"));
        (await UnknownAsync()).Should().BeEquivalentTo(TableProgram.Unknown);

        if (Unique is null)
        {
            await Writer.ReplaceAsync([NewUser(1, "C")]);
            (await UnknownAsync()).Should().BeNull();
        }

        async Task<AttributeValue?> UnknownAsync() => (await Program.FindItemAsync(1))!.GetValueOrDefault("extra");
    }

    [Fact]
    public async Task A_put_of_the_program_replaces_a_created_user_and_the_store_continues_from_it()
    {
        TUser created = await Store.CreateAsync(NewUser(4));
        await Program.PutAsync(4, "B");

        await ShouldThrowAsync<UserAlreadyExistsException>(() => Store.CreateAsync(NewUser(4)));
        await Store.UpdateAsync(Key(4), Rename("C"));
        if (HasRevision)
            await ShouldThrowAsync<UserConflictException>(() => Store.DeleteUnchangedAsync(created));
        await ShouldAgreeAsync(4, "C");
        (await Store.DeleteAsync(Key(4))).Should().NotBeNull();
    }

    private void PutBeforeTheNextWrite(string name) => Wire.BeforeRequest = async request =>
    {
        if (request.Operation == "GetItem")
            return;
        Wire.BeforeRequest = null;
        await Program.PutAsync(1, name);
    };
}
